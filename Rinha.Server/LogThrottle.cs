namespace Rinha.Server;

/// <summary>
/// Lets one line a second into the log and counts those it keeps out, for events that come as often as requests do.
/// One for each cause; any thread may ask.
/// </summary>
internal sealed class LogThrottle
{
    private const long IntervalMs = 1000;

    private long _nextAtMs = long.MinValue;
    private long _unlogged;

    /// <summary>Whether an event is to be logged.</summary>
    /// <param name="nowMs"><see cref="Environment.TickCount64"/>.</param>
    /// <param name="unlogged">How many were kept out since the last one that was logged.</param>
    public bool TryPass(long nowMs, out long unlogged)
    {
        var nextAtMs = Interlocked.Read(ref _nextAtMs);
        if (nowMs >= nextAtMs && Interlocked.CompareExchange(ref _nextAtMs, nowMs + IntervalMs, nextAtMs) == nextAtMs)
        {
            unlogged = Interlocked.Exchange(ref _unlogged, 0);
            return true;
        }

        Interlocked.Increment(ref _unlogged);
        unlogged = 0;
        return false;
    }
}
