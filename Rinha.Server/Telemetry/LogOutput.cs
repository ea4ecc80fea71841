using System.Buffers;
using System.Text.Encodings.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Rinha.Server.Telemetry;

// The log: one line on standard output for each event. A background thread writes the lines. While its queue is full,
// lines are dropped and counted on standard error, so an unread log or a slow disk never delays a request.
internal static class LogOutput
{
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

// Formats an event as one JSON object: time, level, event, message, and each value of the message as a member, so that
// programs never parse the message.
internal sealed class JsonLineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "rinha-json";

    // ISO 8601, UTC, with milliseconds.
    public const string TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    private const string Template = "{OriginalFormat}"; // The logging library's name for the template.

    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> s_reserved =
        ["timestamp", "level", "event", "event_id", "category", "message", "exception"];

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(line, s_options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", DateTime.UtcNow.ToString(TimestampFormat, CultureInfo.InvariantCulture));
            json.WriteString("level", logEntry.LogLevel.ToString());
            json.WriteString("event", logEntry.EventId.Name);
            json.WriteNumber("event_id", logEntry.EventId.Id);
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteFields(json, logEntry.State);
            WriteException(json, logEntry.Exception);
            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(line.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteFields(Utf8JsonWriter json, object? state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach (var (name, value) in fields)
        {
            if (name == Template)
            {
                continue;
            }

            var member = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
            json.WritePropertyName(s_reserved.Contains(member) ? member + "_" : member);
            WriteValue(json, value);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteException(Utf8JsonWriter json, Exception? error)
    {
        if (error is null)
        {
            return;
        }

        json.WriteStartObject("exception");
        json.WriteString("type", error.GetType().FullName);
        json.WriteString("message", error.Message);
        json.WriteString("details", error.ToString());
        json.WriteEndObject();
    }
}
