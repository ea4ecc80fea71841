using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Contest;

/// <summary>Counts what the contest pays and fines for (its RESULTADOS-HEADER.md).</summary>
internal sealed class ContestScore
{
    private const long LateNs = 250_000_000;
    private const double FullPayment = 100_000;
    private const double OnTimePercentAsked = 98.0;
    private const double FinePerLatePercent = 1_000;
    private const double FinePerInconsistency = 803.01;

    private readonly Dictionary<(string Scenario, string Message), long> _failedChecks = [];
    private long _requests;
    private long _onTime;

    /// <summary>A request was answered and every check passed.</summary>
    public void Pass(long latencyNs)
    {
        _requests++;
        _onTime += latencyNs < LateNs ? 1 : 0;
    }

    /// <summary>A request failed, or one of its checks did.</summary>
    public void Fail(Scenario scenario, string message)
    {
        _requests++;
        var key = (Scenarios.Names[(int)scenario], message);
        _failedChecks[key] = _failedChecks.GetValueOrDefault(key) + 1;
    }

    /// <summary>The score so far.</summary>
    public ContestReport ToReport()
    {
        var onTimePercent = _requests == 0 ? 0 : Math.Round(100.0 * _onTime / _requests, 2);
        var lateFine = Math.Max(0, (OnTimePercentAsked - onTimePercent) * FinePerLatePercent);
        var inconsistencies = _failedChecks
            .Where(check => IsInconsistency(check.Key.Message))
            .Sum(check => check.Value);
        var inconsistencyFine = inconsistencies * FinePerInconsistency;
        return new ContestReport(
            onTimePercent / 100,
            lateFine,
            inconsistencies,
            inconsistencyFine,
            Math.Max(0, FullPayment - lateFine - inconsistencyFine),
            [.. _failedChecks
                .OrderByDescending(check => check.Value)
                .Select(check => new FailedCheckReport(check.Key.Scenario, check.Key.Message, check.Value))]);
    }

    // The contest greps its log for exactly these.
    private static bool IsInconsistency(string message) =>
        message.Contains("ConsistenciaSaldoLimite", StringComparison.Ordinal)
        || message.Contains("jmesPath(saldo.total).find.is", StringComparison.Ordinal);
}
