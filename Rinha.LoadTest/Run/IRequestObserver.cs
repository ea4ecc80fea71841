using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Run;

/// <summary>Sees every try of every request of a load run, warm-up included; on the engine's thread.</summary>
internal interface IRequestObserver
{
    /// <summary>A request was answered with a status it may have.</summary>
    void OnAnswer(in RequestPlan plan, in Answer answer);

    /// <summary>
    /// A try of a request came to nothing: it may or may not have been applied. Where requests are sent again, another
    /// call about the same plan may follow.
    /// </summary>
    /// <param name="plan">The request.</param>
    /// <param name="kind">What became of it.</param>
    /// <param name="answer">Its answer; with the status 0 when there is none.</param>
    void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer);
}
