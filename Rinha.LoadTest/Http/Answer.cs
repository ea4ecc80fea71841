namespace Rinha.LoadTest.Http;

/// <summary>A complete answer; the body is valid only during the call that hands it over.</summary>
internal readonly ref struct Answer(int status, ReadOnlySpan<byte> body, long completedAtNs)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The body, unchunked.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>When its last byte was received, in <see cref="Clock"/> nanoseconds.</summary>
    public long CompletedAtNs { get; } = completedAtNs;
}
