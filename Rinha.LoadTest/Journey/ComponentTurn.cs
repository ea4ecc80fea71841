namespace Rinha.LoadTest.Journey;

/// <summary>What one process, with its children, used during a turn.</summary>
/// <param name="Name">As in <see cref="ComponentReport"/>.</param>
/// <param name="CpuUs">CPU time in microseconds.</param>
/// <param name="ThrottledPeriods">Periods of 100 ms in which its quota was used up.</param>
public sealed record ComponentTurn(string Name, long CpuUs, long ThrottledPeriods);
