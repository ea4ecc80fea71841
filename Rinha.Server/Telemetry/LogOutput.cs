using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Rinha.Server.Telemetry;

/// <summary>Where the log goes: to the standard output, a line for each event.</summary>
internal static class LogOutput
{
    /// <summary>
    /// Makes the loggers. A line is handed to a thread that writes it; while more wait than its queue takes, further
    /// ones are dropped, and how many it were is said on the standard error: a log that nobody reads, or a slow disk,
    /// never makes a request wait.
    /// </summary>
    /// <param name="level">The least important level that is logged.</param>
    /// <param name="format">How a line looks.</param>
    public static ILoggerFactory Create(LogLevel level, LogFormat format) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning);
        logging.Services.AddSingleton<ConsoleFormatter, JsonLineFormatter>();
        logging.AddSimpleConsole(text =>
        {
            text.SingleLine = true;
            text.UseUtcTimestamp = true;
            text.TimestampFormat = JsonLineFormatter.TimestampFormat + " ";
        });
        logging.AddConsole(console =>
        {
            console.FormatterName =
                format == LogFormat.Json ? JsonLineFormatter.FormatterName : ConsoleFormatterNames.Simple;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
    });
}
