using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Contest;

/// <summary>Carries out the official simulation and makes its report.</summary>
internal static class ContestSession
{
    // Gatling 3.10's defaults.
    private static readonly TimeSpan s_requestTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    // The opening takes six ticks when all is well.
    private static readonly TimeSpan s_opening = TimeSpan.FromSeconds(5);

    /// <summary>Runs on the calling thread until the simulation is over.</summary>
    public static RunReport Run(
        Target target,
        ContestOptions options,
        EnvironmentReport environment,
        RunControl control,
        int framesPerSecond)
    {
        using var loop = new EventLoop(target, s_requestTimeout, s_connectTimeout);
        using var live = new LiveExchange(ContestLog.NewRecorder());
        var log = new ContestLog();
        var run = new ContestRun(loop, options, log, control, live);
        var duration = s_opening + TimeSpan.FromMilliseconds(options.Schedule.Starts[^1].OffsetMs);
        using (framesPerSecond > 0 ? new LivePublisher(live, control, framesPerSecond, duration, null) : null)
        {
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
