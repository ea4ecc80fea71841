using Microsoft.Extensions.Logging;

namespace Rinha.Server.Telemetry;

// Logs failures of the storage, at most one a second: a failing disk fails every request, on a thread that must not
// wait, and the log may be on that disk. Any thread may call it.
internal sealed class ThrottledErrorLog(ILogger logger)
{
    private readonly LogThrottle _throttle = new();

    public void Write(Exception error)
    {
        if (_throttle.TryPass(Environment.TickCount64, out _))
        {
            Log.StorageFailed(logger, error);
        }
    }
}
