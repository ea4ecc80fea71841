namespace Rinha.LoadTest.Stats;

/// <summary>A check that failed, in the words of the contest's log.</summary>
/// <param name="Scenario">The request's scenario.</param>
/// <param name="Message">What was expected and what came.</param>
/// <param name="Count">How often.</param>
public sealed record FailedCheckReport(string Scenario, string Message, long Count);
