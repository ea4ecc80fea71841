namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>Some bytes to send on a connection, and what is known about the answer.</summary>
/// <param name="Number">Which one; together with the seed it makes the bytes again.</param>
/// <param name="Bytes">What is sent.</param>
/// <param name="Outcome">What is known about the answers.</param>
/// <param name="Answers">How many answers there are, where that is known; otherwise 0.</param>
internal sealed record FuzzCase(long Number, byte[] Bytes, FuzzOutcome Outcome, int Answers = 0)
{
    /// <summary>Whether nginx answers the same: it passes over some things that a server refuses.</summary>
    public bool IsSameThroughNginx { get; init; } = true;
}
