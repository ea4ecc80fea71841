using Microsoft.Extensions.Logging;

namespace Rinha.Server.Telemetry;

/// <summary>
/// Sees every request end: counts it, and logs it if it was slow or the server's fault (of these one a second for each
/// operation: a disk that fails fails every request). Any thread may call it.
/// </summary>
/// <param name="slowRequestMs">From which duration a request is slow, in milliseconds; 0 for never.</param>
/// <param name="logger">Told of slow and of failed requests.</param>
internal sealed class RequestWatch(int slowRequestMs, ILogger logger)
{
    private const double NsPerMs = 1_000_000;

    private readonly long _slowNs = slowRequestMs == 0 ? long.MaxValue : slowRequestMs * (long)NsPerMs;

    private readonly LogThrottle[] _throttles = [.. Enum.GetValues<Operation>().Select(_ => new LogThrottle())];

    /// <summary>The counts.</summary>
    public RequestMetrics Metrics { get; } = new();

    /// <summary>A request has been answered.</summary>
    /// <param name="operation">What it was about.</param>
    /// <param name="status">The answer's HTTP status.</param>
    /// <param name="startedAtNs">The <see cref="Clock"/> as it began.</param>
    public void End(Operation operation, int status, long startedAtNs)
    {
        var durationNs = Clock.NowNs - startedAtNs;
        Metrics.Record(operation, status, durationNs);
        if (status >= 500)
        {
            TellError(operation, status, durationNs);
        }
        else if (durationNs >= _slowNs)
        {
            Log.RequestSlow(logger, RequestMetrics.NameOf(operation), status, durationNs / NsPerMs);
        }
    }

    private void TellError(Operation operation, int status, long durationNs)
    {
        if (_throttles[(int)operation].TryPass(Environment.TickCount64, out var unlogged))
        {
            Log.RequestAnsweredWithError(
                logger, RequestMetrics.NameOf(operation), status, durationNs / NsPerMs, unlogged);
        }
    }
}
