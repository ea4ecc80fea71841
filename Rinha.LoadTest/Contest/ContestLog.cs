using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Contest;

/// <summary>
/// Judges every request of the simulation as it ends, and counts it twice: for the report and for the score.
/// </summary>
internal sealed class ContestLog
{
    /// <summary>What was measured, scenario by scenario.</summary>
    public RunRecorder Recorder { get; } = NewRecorder();

    /// <summary>What the contest makes of it.</summary>
    public ContestScore Score { get; } = new();

    /// <summary>When the last request ended, in <see cref="Clock"/> nanoseconds.</summary>
    public long EndedAtNs { get; private set; }

    /// <summary>A recorder with the simulation's scenarios.</summary>
    public static RunRecorder NewRecorder() => new(Scenarios.Names, correcting: false, scheduled: true);

    /// <summary>A request was answered.</summary>
    public void Judge(Exchange exchange, in Answer answer)
    {
        EndedAtNs = answer.CompletedAtNs;
        var scenario = (int)exchange.Scenario;
        if (exchange.Check(exchange, answer) is not { } failure)
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

    /// <summary>A request came to nothing.</summary>
    public void Fail(Exchange exchange, FailureKind kind)
    {
        EndedAtNs = Clock.NowNs;
        var scenario = (int)exchange.Scenario;
        Recorder.Fail(scenario, kind, EndedAtNs, () => Scenarios.Names[scenario]);
        Score.Fail(exchange.Scenario, kind.ToString());
    }
}
