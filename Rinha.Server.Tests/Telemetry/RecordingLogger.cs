using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

// A logger that keeps every event and its line in the server's format.
internal sealed class RecordingLogger : ILogger
{
    public List<(LogLevel Level, int Event, string Message)> Lines { get; } = [];

    public StringWriter Json { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        Lines.Add((logLevel, eventId.Id, formatter(state, exception)));
        new JsonLineFormatter().Write(
            new LogEntry<TState>(logLevel, "Rinha", eventId, state, exception, formatter), null, Json);
    }
}
