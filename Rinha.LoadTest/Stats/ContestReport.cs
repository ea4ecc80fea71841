namespace Rinha.LoadTest.Stats;

/// <summary>The contest's score of a run (RESULTADOS: payment = 100,000 less two kinds of fines, in USD).</summary>
/// <param name="OnTimeShare">The share of all requests, 0 to 1, that were right and took less than 250 ms; rounded as
/// the contest does.</param>
/// <param name="LateFine">1,000 for each percentage point under 98.</param>
/// <param name="Inconsistencies">How many balance checks failed.</param>
/// <param name="InconsistencyFine">803.01 for each.</param>
/// <param name="Payment">What is left, at least 0.</param>
/// <param name="FailedChecks">Every check that failed, with its request's scenario, most frequent first.</param>
public sealed record ContestReport(
    double OnTimeShare,
    double LateFine,
    long Inconsistencies,
    double InconsistencyFine,
    double Payment,
    IReadOnlyList<FailedCheckReport> FailedChecks);
