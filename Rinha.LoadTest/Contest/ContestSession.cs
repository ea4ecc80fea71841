using Rinha.LoadTest.Http;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Contest;

// WaitForValidations: officially the load waits for the 404 validation only.
internal sealed record ContestOptions(ContestSchedule Schedule, bool WaitForValidations, int Seed);

internal static class ContestSession
{
    // Gatling 3.10's defaults.
    private static readonly TimeSpan s_requestTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    // The load starts on tick 5, if each of the five stages before it ends within its second.
    private static readonly TimeSpan s_openingDuration = TimeSpan.FromSeconds(5);

    // Whether a statement of the contest's accounts lists a transaction.
    public static bool HasTransactions(Target target)
    {
        var entries = new List<StatementLine>();
        foreach (var client in Enumerable.Range(1, RequestSequence.Clients))
        {
            var answer = RawAnswer.Ask(target, "GET", $"/clientes/{client}/extrato");
            _ = BankAnswer.TryReadEntries(Encoding.UTF8.GetBytes(answer.Body), entries);
        }

        return entries.Count > 0;
    }

    public static RunReport Run(
        Target target,
        ContestOptions options,
        EnvironmentReport environment,
        RunControl control,
        int snapshotsPerSecond)
    {
        using var loop = new EventLoop(target, s_requestTimeout, s_connectTimeout);
        var log = new ContestLog();
        var duration = s_openingDuration + TimeSpan.FromMilliseconds(options.Schedule.Starts[^1].OffsetMs);
        ContestRun run;
        using (var live = LivePublisher.Start(ContestLog.NewRecorder(), control, snapshotsPerSecond, duration))
        {
            run = new ContestRun(loop, options, log, control, live);
            loop.Run(run);
        }

        loop.FailAll(FailureKind.Unanswered);
        return log.Recorder.ToReport(environment, run.StartedAt, log.EndedAtNs) with
        {
            Mix = [Mix.Contest.Debits, Mix.Contest.Credits, Mix.Contest.Statements],
            Seed = options.Seed,
            Interrupted = run.Interrupted,
            Contest = log.Score.ToReport(),
        };
    }
}

// Judges each finished request of the simulation and counts it for the report and for the score.
internal sealed class ContestLog
{
    public RunRecorder Recorder { get; } = NewRecorder();

    public ContestScore Score { get; } = new();

    public long EndedAtNs { get; private set; }

    public static RunRecorder NewRecorder() => new(Scenarios.Names, correcting: false, scheduled: true);

    public void Judge(Exchange exchange, in Answer answer)
    {
        EndedAtNs = answer.CompletedAtNs;
        var scenario = (int)exchange.Scenario;
        if (exchange.Check(answer) is not { } failure)
        {
            // Officially latency counts from the user's actual start, not from the scheduled one.
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

// Computes the contest's payment and fines (its RESULTADOS-HEADER.md).
internal sealed class ContestScore
{
    private const long LateAfterNs = 250_000_000;
    private const double FullPayment = 100_000;
    private const double OnTimePercentRequired = 98.0;
    private const double FinePerLatePercent = 1_000;
    private const double FinePerInconsistency = 803.01;

    private readonly Dictionary<(string Scenario, string Message), long> _failedChecks = [];
    private long _requests;
    private long _onTime;

    public void Pass(long latencyNs)
    {
        _requests++;
        _onTime += latencyNs < LateAfterNs ? 1 : 0;
    }

    public void Fail(Scenario scenario, string message)
    {
        _requests++;
        var key = (Scenarios.Names[(int)scenario], message);
        _failedChecks[key] = _failedChecks.GetValueOrDefault(key) + 1;
    }

    public ContestReport ToReport()
    {
        var onTimePercent = _requests == 0 ? 0 : Math.Round(100.0 * _onTime / _requests, 2);
        var lateFine = Math.Max(0, (OnTimePercentRequired - onTimePercent) * FinePerLatePercent);
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

    // The strings that the contest greps its log for.
    private static bool IsInconsistency(string message) =>
        message.Contains("ConsistenciaSaldoLimite", StringComparison.Ordinal)
        || message.Contains("jmesPath(saldo.total).find.is", StringComparison.Ordinal);
}
