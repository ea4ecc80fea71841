using Rinha.LoadTest.Check;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>A request under way.</summary>
/// <param name="Plan">What was asked.</param>
/// <param name="IntendedAtNs">When it should have left.</param>
/// <param name="SentAtNs">When it left; its first try, where there are more.</param>
/// <param name="Measured">Whether it counts, or is part of the warm-up.</param>
internal readonly record struct Flight(RequestPlan Plan, long IntendedAtNs, long SentAtNs, bool Measured)
{
    /// <summary>Counts its answer.</summary>
    /// <param name="recorder">Where.</param>
    /// <param name="failure">What is wrong with the answer; <see langword="null"/> if nothing is.</param>
    /// <param name="answer">The answer.</param>
    public void Record(RunRecorder recorder, FailureKind? failure, in Answer answer)
    {
        var operation = (int)Plan.Operation;
        if (failure is not { } kind)
        {
            recorder.Complete(operation, answer.Status, IntendedAtNs, SentAtNs, answer.CompletedAtNs);
            return;
        }

        RecordFailure(recorder, kind, answer);
    }

    // Apart from the good answers, which would otherwise pay for the captured text.
    private void RecordFailure(RunRecorder recorder, FailureKind kind, in Answer answer)
    {
        var operation = (int)Plan.Operation;
        recorder.CountStatus(operation, answer.Status);
        var example = AnswerJudge.Describe(Plan.Operation, answer.Status, answer.Body);
        recorder.Fail(operation, kind, answer.CompletedAtNs, () => example);
    }

    /// <summary>Counts that there is no answer.</summary>
    public void Record(RunRecorder recorder, FailureKind kind, long nowNs)
    {
        var plan = Plan;
        recorder.Fail((int)plan.Operation, kind, nowNs, () => $"{plan.Operation} of client {plan.ClientId}");
    }
}
