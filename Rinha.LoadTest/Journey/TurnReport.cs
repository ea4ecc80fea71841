namespace Rinha.LoadTest.Journey;

/// <summary>One turn of a stage under one load.</summary>
/// <param name="Load">The load's name.</param>
/// <param name="Round">From 1.</param>
/// <param name="Components">What each process used meanwhile.</param>
/// <param name="WaitingCpuUs">The CPU time, in microseconds, that the other stages used meanwhile.</param>
/// <param name="Report">Of the load tester's report what a journey needs.</param>
public sealed record TurnReport(
    string Load, int Round, IReadOnlyList<ComponentTurn> Components, long WaitingCpuUs, TurnResult Report)
{
    /// <summary>The share of one CPU, from 0, that the other stages used.</summary>
    public double WaitingCpus() => Report.Duration > 0 ? WaitingCpuUs / 1e6 / Report.Duration : 0;
}
