namespace Rinha.LoadTest.Journey;

/// <summary>One thing that was said of a stage, and what a journey has found of it, both in words.</summary>
/// <param name="What">What it is about.</param>
/// <param name="Claimed">What was said.</param>
/// <param name="Found">What was measured.</param>
internal sealed record Claim(string What, string Claimed, string Found);
