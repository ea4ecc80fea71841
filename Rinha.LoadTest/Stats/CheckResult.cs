namespace Rinha.LoadTest.Stats;

/// <summary>One correctness check.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Made">How often it was looked at.</param>
/// <param name="Violations">How often it did not hold.</param>
/// <param name="Example">The first violation in words.</param>
public sealed record CheckResult(string Name, long Made, long Violations, string? Example);
