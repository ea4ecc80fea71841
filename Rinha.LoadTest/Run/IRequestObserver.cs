using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Run;

/// <summary>Sees every request of a load run, warm-up included; on the engine's thread.</summary>
internal interface IRequestObserver
{
    /// <summary>A request was answered with a status it may have.</summary>
    void OnAnswer(in RequestPlan plan, in Answer answer);

    /// <summary>A request came to nothing: it may or may not have been applied.</summary>
    void OnFailure(in RequestPlan plan, FailureKind kind);
}
