namespace Rinha.Server.Telemetry;

// The monotonic clock of all durations.
internal static class Clock
{
    public const long NsPerSecond = 1_000_000_000;

    // Nanoseconds from an arbitrary start. On Linux the stopwatch's own unit is the nanosecond.
    public static long NowNs => Stopwatch.GetTimestamp();
}
