using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Contest;

/// <param name="WaitForValidations">
/// Whether the load waits until all validations are done; officially it waits for the one with the 404 only.
/// </param>
internal sealed record ContestOptions(ContestSchedule Schedule, bool WaitForValidations, int Seed);

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
        var log = new ContestLog();
        var duration = s_opening + TimeSpan.FromMilliseconds(options.Schedule.Starts[^1].OffsetMs);
        ContestRun run;
        using (var live = LivePublisher.Start(ContestLog.NewRecorder(), control, framesPerSecond, duration))
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
