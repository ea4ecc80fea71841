using Microsoft.Extensions.Logging;

namespace Rinha.Server.Ledger;

// Logs that the storage fails, at most once a second: when it does, every request would, on a thread that must not wait
// and to a disk that may be the one that fails.
internal sealed class StorageAlarm(ILogger logger)
{
    private readonly LogThrottle _throttle = new();

    public void Raise(Exception error)
    {
        if (_throttle.TryPass(Environment.TickCount64, out _))
        {
            Log.StorageFailed(logger, error);
        }
    }
}
