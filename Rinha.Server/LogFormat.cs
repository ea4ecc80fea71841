namespace Rinha.Server;

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    /// <summary>One JSON object, for programs.</summary>
    Json,

    /// <summary>One line of text, for people.</summary>
    Text,
}
