namespace Rinha.LoadTest.Http;

/// <summary>
/// A complete answer. The unchunked body is valid only during the call that hands it over; the time is that of its last
/// byte, by <see cref="Clock"/>.
/// </summary>
internal readonly ref struct Answer(int status, ReadOnlySpan<byte> body, long completedAtNs)
{
    public int Status { get; } = status;

    public ReadOnlySpan<byte> Body { get; } = body;

    public long CompletedAtNs { get; } = completedAtNs;
}

/// <summary>Every way in which a request can come to nothing, each counted and reported by itself.</summary>
public enum FailureKind
{
    /// <summary>Nobody listens at the target.</summary>
    ConnectionRefused,

    /// <summary>The connection could not be made for another reason.</summary>
    ConnectFailed,

    /// <summary>No connection within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>The server closed or reset the connection before the first byte of an answer.</summary>
    ClosedBeforeAnswer,

    /// <summary>The server closed or reset the connection in the middle of an answer.</summary>
    ClosedMidAnswer,

    /// <summary>The bytes that came are not an HTTP/1.1 answer.</summary>
    Garbage,

    /// <summary>More bytes came than the answer's length allows.</summary>
    WrongLength,

    /// <summary>No complete answer within the request timeout.</summary>
    Timeout,

    /// <summary>An answer with a status that the request must not have (5xx, say).</summary>
    UnexpectedStatus,

    /// <summary>An answer whose content breaks the bank's rules.</summary>
    WrongAnswer,

    /// <summary>Still unanswered, or not even sent, when the run ended.</summary>
    Unanswered,
}
