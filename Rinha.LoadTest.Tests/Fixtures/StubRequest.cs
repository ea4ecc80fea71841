namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Head">Request line and headers with their line ends, but for the empty line.</param>
/// <param name="Body">The body.</param>
/// <param name="ConnectionNumber">Which of the server's connections it came over, counted from 1.</param>
/// <param name="At">When it was read, from <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.</param>
internal sealed record StubRequest(string Head, string Body, int ConnectionNumber, long At)
{
    private const string KeyName = "Idempotency-Key: ";

    public string Method => Head[..Head.IndexOf(' ', StringComparison.Ordinal)];

    public string Path => Head.Split(' ', 3)[1];

    /// <summary>The <c>Idempotency-Key</c>; <see langword="null"/> without one.</summary>
    public string? Key => Head.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(KeyName, StringComparison.OrdinalIgnoreCase))?[KeyName.Length..];

    /// <summary>The client's number in the path; -1 where there is none.</summary>
    public int ClientId => int.TryParse(Path.Split('/').ElementAtOrDefault(2), out var id) ? id : -1;
}
