using Microsoft.Extensions.Logging;

namespace Rinha.Server;

/// <summary>Everything the server logs: rare events, never single requests.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Rinha.Server {Version} starting: {Settings}")]
    public static partial void Starting(ILogger logger, string version, string settings);

    [LoggerMessage(2, LogLevel.Information, "Listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(3, LogLevel.Information, "Stopping")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "POST /reset is enabled: any client can empty the ledger")]
    public static partial void ResetEnabled(ILogger logger);

    [LoggerMessage(10, LogLevel.Warning, "Another program has kept the ledger locked for {TimeoutMs} ms")]
    public static partial void LedgerLocked(ILogger logger, int timeoutMs);

    [LoggerMessage(11, LogLevel.Error, "The ledger's storage failed")]
    public static partial void StorageFailed(ILogger logger, Exception error);

    [LoggerMessage(20, LogLevel.Error, "A request failed unexpectedly")]
    public static partial void RequestFailed(ILogger logger, Exception error);
}
