namespace Rinha.LoadTest.Http;

/// <summary>The monotonic clock that every measurement uses, in nanoseconds since an arbitrary moment.</summary>
internal static class Clock
{
    /// <summary>Now.</summary>
    public static long NowNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <summary>Now, where milliseconds are fine enough.</summary>
    public static long NowMs => NowNs / 1_000_000;
}
