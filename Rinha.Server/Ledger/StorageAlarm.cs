using Microsoft.Extensions.Logging;

namespace Rinha.Server.Ledger;

/// <summary>
/// Tells the log that the storage fails, at most once a second: when it does, every request would, on a thread that
/// must not wait and to a disk that may be the one that fails.
/// </summary>
internal sealed class StorageAlarm(ILogger logger)
{
    private const long IntervalMs = 1000;

    private long _nextAtMs = Environment.TickCount64;

    /// <summary>Tells of a failure, unless one was told of just now.</summary>
    public void Raise(Exception error)
    {
        var nextAtMs = Interlocked.Read(ref _nextAtMs);
        var nowMs = Environment.TickCount64;
        if (nowMs >= nextAtMs && Interlocked.CompareExchange(ref _nextAtMs, nowMs + IntervalMs, nextAtMs) == nextAtMs)
        {
            Log.StorageFailed(logger, error);
        }
    }
}
