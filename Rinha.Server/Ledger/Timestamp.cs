namespace Rinha.Server.Ledger;

/// <summary>A moment in UTC, in whole microseconds since 1970-01-01T00:00:00Z.</summary>
public readonly record struct Timestamp(long MicrosecondsSinceEpoch)
{
    /// <summary>The clock's present time. Clocks jump: never the order of transactions.</summary>
    public static Timestamp Now =>
        new((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>The same moment as a UTC <see cref="DateTime"/>.</summary>
    public DateTime ToUtc() => DateTime.UnixEpoch.AddTicks(MicrosecondsSinceEpoch * TimeSpan.TicksPerMicrosecond);
}
