using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>Sees every try of every request of a load run, warm-up included; on the engine's thread.</summary>
internal interface IRequestObserver
{
    /// <summary>A request was answered with a status it may have.</summary>
    void OnAnswer(in RequestPlan plan, in Answer answer);

    /// <summary>
    /// A try of a request failed: it may or may not have been applied. Where requests are sent again, another call
    /// about the same plan may follow.
    /// </summary>
    /// <param name="answer">Its answer; with the status 0 when there is none.</param>
    void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer);
}

/// <summary>Carries out one load run and makes its report.</summary>
/// <param name="framesPerSecond">How often a snapshot is made for the collector; 0 for never.</param>
internal sealed class LoadSession(
    Target target, EnvironmentReport environment, RunControl control, int framesPerSecond)
{
    /// <summary>Runs on the calling thread until the run is over.</summary>
    public RunReport Run(LoadOptions options, IRequestObserver? observer = null)
    {
        using var loop = new EventLoop(target, options.RequestTimeout, options.ConnectTimeout);
        LoadRun run;
        using (var live = LivePublisher.Start(
            LoadRun.NewRecorder(options), control, framesPerSecond, options.Duration, options.Iterations))
        {
            run = new LoadRun(loop, options, control, live, observer);
            loop.Run(run);
        }

        loop.FailAll(FailureKind.Unanswered);
        var report = run.Recorder.ToReport(environment, run.StartedAt, run.EndedAtNs);
        return report with
        {
            Summary = report.Summary with { Retries = options.RetryFor is null ? null : run.Recorder.Retries },
            Mode = options.Rate is null ? "closed" : "open",
            Connections = options.Connections,
            TargetRate = options.Rate,
            Mix = [options.Mix.Debits, options.Mix.Credits, options.Mix.Statements],
            Seed = options.Seed,
            WarmUp = options.WarmUp.TotalSeconds,
            Interrupted = run.Interrupted,
        };
    }
}
