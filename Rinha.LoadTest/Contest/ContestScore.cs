using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Contest;

/// <summary>
/// Judges every request of the simulation as it ends, and counts it twice: for the report and for the score.
/// </summary>
internal sealed class ContestLog
{
    public RunRecorder Recorder { get; } = NewRecorder();

    public ContestScore Score { get; } = new();

    /// <summary>When the last request ended, in <see cref="Clock"/> nanoseconds.</summary>
    public long EndedAtNs { get; private set; }

    public static RunRecorder NewRecorder() => new(Scenarios.Names, correcting: false, scheduled: true);

    public void Judge(Exchange exchange, in Answer answer)
    {
        EndedAtNs = answer.CompletedAtNs;
        var scenario = (int)exchange.Scenario;
        if (exchange.Check(answer) is not { } failure)
        {
            // Officially the time counts from when the user really began, not from when the schedule wanted it to.
            var startedAtNs = exchange.StartedAtNs;
            Recorder.Complete(scenario, answer.Status, startedAtNs, startedAtNs, answer.CompletedAtNs);
            Score.Pass(answer.CompletedAtNs - startedAtNs);
            return;
        }

        Recorder.CountStatus(scenario, answer.Status);
        var kind = failure.StartsWith("status", StringComparison.Ordinal)
            ? FailureKind.UnexpectedStatus
            : FailureKind.WrongAnswer;
        Recorder.Fail(scenario, kind, answer.CompletedAtNs, () => failure);
        Score.Fail(exchange.Scenario, failure);
    }

    public void Fail(Exchange exchange, FailureKind kind)
    {
        EndedAtNs = Clock.NowNs;
        var scenario = (int)exchange.Scenario;
        Recorder.Fail(scenario, kind, EndedAtNs, () => Scenarios.Names[scenario]);
        Score.Fail(exchange.Scenario, kind.ToString());
    }
}

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
