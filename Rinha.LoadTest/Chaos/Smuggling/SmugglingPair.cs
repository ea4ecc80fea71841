namespace Rinha.LoadTest.Chaos.Smuggling;

/// <summary>
/// A request, and bytes after it that one reading of HTTP takes for its body and another for a second request.
/// </summary>
/// <param name="Name">A few words.</param>
/// <param name="Fate">What may become of the second request.</param>
/// <param name="Make">Makes the bytes.</param>
internal sealed record SmugglingPair(string Name, SecondFate Fate, Func<SmugglingParts, string> Make)
{
    /// <summary>What may become of it where nginx is not between.</summary>
    public SecondFate FatePastNginx { get; init; } = Fate;
}
