namespace Rinha.Server.Ledger;

/// <summary>A moment in UTC, in whole microseconds since 1970-01-01T00:00:00Z.</summary>
public readonly record struct Timestamp(long MicrosecondsSinceEpoch)
{
    private static readonly long s_first = MicrosecondsOf(DateTime.MinValue);
    private static readonly long s_last = MicrosecondsOf(DateTime.MaxValue);

    /// <summary>The clock's present time. Clocks jump, so never order transactions by it.</summary>
    public static Timestamp Now => new(MicrosecondsOf(DateTime.UtcNow));

    /// <summary>False unless the time is in the years 1 to 9999.</summary>
    public static bool TryCreate(long microsecondsSinceEpoch, out Timestamp timestamp)
    {
        timestamp = new Timestamp(microsecondsSinceEpoch);
        return microsecondsSinceEpoch >= s_first && microsecondsSinceEpoch <= s_last;
    }

    public DateTime ToUtc() => DateTime.UnixEpoch.AddTicks(MicrosecondsSinceEpoch * TimeSpan.TicksPerMicrosecond);

    private static long MicrosecondsOf(DateTime utc) =>
        (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
