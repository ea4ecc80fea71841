namespace Rinha.LoadTest.Top;

/// <summary>Everything that is known of a stack at one moment.</summary>
/// <param name="AtSeconds">The moment, on a clock that only goes forward.</param>
/// <param name="Processes">Its processes, the APIs first.</param>
internal sealed record TopReading(double AtSeconds, IReadOnlyList<ProcessReading> Processes);
