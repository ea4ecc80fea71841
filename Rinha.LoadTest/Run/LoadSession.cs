using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>Carries out one load run and makes its report.</summary>
/// <param name="target">The server.</param>
/// <param name="environment">For the report.</param>
/// <param name="control">How somebody may end or watch a run.</param>
/// <param name="framesPerSecond">How often a snapshot is made for the one who watches; 0 for nobody.</param>
internal sealed class LoadSession(
    Target target, EnvironmentReport environment, RunControl control, int framesPerSecond)
{
    /// <summary>Runs on the calling thread until the run is over.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="observer">Sees every request.</param>
    public RunReport Run(LoadOptions options, IRequestObserver? observer = null)
    {
        using var loop = new EventLoop(target, options.RequestTimeout, options.ConnectTimeout);
        using var live = new LiveExchange(LoadRun.NewRecorder(options));
        var run = new LoadRun(loop, options, control, live, observer);
        using (framesPerSecond > 0
            ? new LivePublisher(live, control, framesPerSecond, options.Duration, options.Iterations)
            : null)
        {
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
