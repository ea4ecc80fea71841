using Microsoft.Extensions.Logging;

namespace Rinha.Server.Tests.Telemetry;

/// <summary>A logger that keeps what it is told, as lines.</summary>
internal sealed class RecordingLogger : ILogger
{
    public List<(LogLevel Level, int Event, string Message)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Lines.Add((logLevel, eventId.Id, formatter(state, exception)));
}
