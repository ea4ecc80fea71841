namespace Rinha.Server.Telemetry;

/// <summary>The clock that durations are measured with.</summary>
internal static class Clock
{
    /// <summary>Nanoseconds in a second.</summary>
    public const long NsPerSecond = 1_000_000_000;

    /// <summary>
    /// Nanoseconds since some moment, never less than before; on Linux they are the stopwatch's own unit.
    /// </summary>
    public static long NowNs => Stopwatch.GetTimestamp();
}
