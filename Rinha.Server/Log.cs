using Microsoft.Extensions.Logging;
using Rinha.Server.Telemetry;

namespace Rinha.Server;

// Every event that the server logs; of requests only the slow ones and those answered 5xx. Programs read the log by
// event id and name, so neither ever changes.
internal static partial class Log
{
    // The fields repeat what the message says, for programs.
    public static void Starting(ILogger logger, ServerOptions options, MachineLimits limits)
    {
        List<KeyValuePair<string, object?>> fields =
        [
            new("Version", ServerCommand.Version),
            new("Settings", options.ToString()),
            new("Limits", limits.ToString()),
            new("Commit", ServerCommand.Commit),
            .. options.Fields(),
            new("Processors", limits.Processors),
            new("CpuQuota", limits.CpuQuota),
            new("MemoryLimitBytes", limits.MemoryBytes),
            new("OpenFilesLimit", limits.OpenFiles),
        ];
        logger.Log(
            LogLevel.Information,
            new EventId(1, nameof(Starting)),
            fields,
            exception: null,
            (_, _) => $"Rinha.Server {ServerCommand.Version} starting: {options}; {limits}");
    }

    [LoggerMessage(2, LogLevel.Information, "Listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(3, LogLevel.Information, "Stopping")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "POST /reset is enabled: any client can empty the ledger")]
    public static partial void ResetEnabled(ILogger logger);

    [LoggerMessage(
        8, LogLevel.Warning, "Ignored environment variables that look like misspelt settings: {Variables}")]
    public static partial void VariablesMisspelt(ILogger logger, string variables);

    [LoggerMessage(9, LogLevel.Information, "The ledger was converted from schema version {From} to {To}")]
    public static partial void LedgerConverted(ILogger logger, long from, long to);

    [LoggerMessage(10, LogLevel.Warning, "Another program has kept the ledger locked for {TimeoutMs} ms")]
    public static partial void LedgerLocked(ILogger logger, int timeoutMs);

    [LoggerMessage(11, LogLevel.Error, "The ledger's storage failed")]
    public static partial void StorageFailed(ILogger logger, Exception error);

    [LoggerMessage(12, LogLevel.Information, "New ledger at {Database}")]
    public static partial void LedgerCreated(ILogger logger, string database);

    [LoggerMessage(13, LogLevel.Warning, "{Reason}; waiting up to {Seconds} s for {Database}")]
    public static partial void DatabaseAwaited(ILogger logger, string reason, int seconds, string database);

    [LoggerMessage(14, LogLevel.Information, "The ledger is on {Host}")]
    public static partial void DatabaseHostChosen(ILogger logger, string host);

    [LoggerMessage(15, LogLevel.Information, "Citus has distributed the ledger over {Shards} shards")]
    public static partial void ShardsFound(ILogger logger, int shards);

    [LoggerMessage(20, LogLevel.Error, "A request failed unexpectedly: {RequestId}")]
    public static partial void RequestFailed(ILogger logger, string? requestId, Exception error);

    [LoggerMessage(21, LogLevel.Warning, "A request was slow: {Operation} was answered {Status} after {DurationMs} ms")]
    public static partial void RequestSlow(ILogger logger, string operation, int status, double durationMs);

    [LoggerMessage(
        22,
        LogLevel.Warning,
        "{Operation} was answered {Status} after {DurationMs} ms, request {RequestId}; "
            + "{Unlogged} earlier ones were not logged")]
    public static partial void RequestAnsweredWithError(
        ILogger logger, string operation, int status, double durationMs, string? requestId, long unlogged);

    [LoggerMessage(
        30, LogLevel.Warning, "Failed to accept a connection: {Reason}; {Unlogged} earlier failures were not logged")]
    public static partial void AcceptFailed(ILogger logger, string reason, long unlogged);
}

// Lets one log line a second pass and counts the rest, for events as frequent as requests. One instance for each cause.
// Thread-safe.
internal sealed class LogThrottle
{
    private long _nextAtMs = long.MinValue;
    private long _unlogged;

    // Whether to log an event; unlogged is how many were dropped since the last line. nowMs comes from TickCount64.
    public bool TryPass(long nowMs, out long unlogged)
    {
        var nextAtMs = Interlocked.Read(ref _nextAtMs);
        if (nowMs >= nextAtMs
            && Interlocked.CompareExchange(ref _nextAtMs, nowMs + Limits.LogIntervalMs, nextAtMs) == nextAtMs)
        {
            unlogged = Interlocked.Exchange(ref _unlogged, 0);
            return true;
        }

        Interlocked.Increment(ref _unlogged);
        unlogged = 0;
        return false;
    }
}
