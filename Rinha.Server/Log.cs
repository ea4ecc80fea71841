using Microsoft.Extensions.Logging;

namespace Rinha.Server;

/// <summary>
/// Everything the server logs: rare events, and single requests only when they are slow or the server's fault (or all
/// of them, for a benchmark). The numbers and names are stable, for whoever reads the log with a program.
/// </summary>
internal static partial class Log
{
#pragma warning disable SYSLIB1015 // What the message says in one go is there as fields as well.
    [LoggerMessage(1, LogLevel.Information, "Rinha.Server {Version} starting: {Settings}; {Limits}")]
    public static partial void Starting(
        ILogger logger,
        string version,
        string settings,
        string limits,
        string commit,
        string database,
        string synchronous,
        string listen,
        string logLevel,
        string logFormat,
        int slowRequestMs,
        int drainDelayMs,
        bool resetEnabled,
        int processors,
        double? cpuQuota,
        long? memoryLimitBytes,
        long? openFilesLimit);
#pragma warning restore SYSLIB1015

    [LoggerMessage(2, LogLevel.Information, "Listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(3, LogLevel.Information, "Stopping")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "POST /reset is enabled: any client can empty the ledger")]
    public static partial void ResetEnabled(ILogger logger);

    [LoggerMessage(
        8, LogLevel.Warning, "The environment has names that are no settings and have no effect: {Variables}")]
    public static partial void VariablesMisspelt(ILogger logger, string variables);

    [LoggerMessage(9, LogLevel.Information, "The ledger was converted from schema version {From} to {To}")]
    public static partial void LedgerConverted(ILogger logger, long from, long to);

    [LoggerMessage(10, LogLevel.Warning, "Another program has kept the ledger locked for {TimeoutMs} ms")]
    public static partial void LedgerLocked(ILogger logger, int timeoutMs);

    [LoggerMessage(11, LogLevel.Error, "The ledger's storage failed")]
    public static partial void StorageFailed(ILogger logger, Exception error);

    [LoggerMessage(20, LogLevel.Error, "A request failed unexpectedly")]
    public static partial void RequestFailed(ILogger logger, Exception error);

    [LoggerMessage(21, LogLevel.Warning, "A request was slow: {Operation} was answered {Status} after {DurationMs} ms")]
    public static partial void RequestSlow(ILogger logger, string operation, int status, double durationMs);

    [LoggerMessage(
        22,
        LogLevel.Warning,
        "{Operation} was answered {Status} after {DurationMs} ms; {Unlogged} more like this before")]
    public static partial void RequestAnsweredWithError(
        ILogger logger, string operation, int status, double durationMs, long unlogged);

    [LoggerMessage(
        30,
        LogLevel.Warning,
        "A connection cannot be accepted: {Reason}; {Unlogged} more tries failed before")]
    public static partial void AcceptFailed(ILogger logger, string reason, long unlogged);
}
