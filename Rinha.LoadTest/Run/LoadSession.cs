using Rinha.LoadTest.Http;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

// Observes every attempt of every request, warm-up included, on the event loop's thread.
internal interface IRequestObserver
{
    void OnAnswer(in RequestPlan plan, in Answer answer);

    // An attempt failed; a retry may follow. Status 0 means no answer.
    void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer);
}

internal sealed class LoadSession(
    Target target, EnvironmentReport environment, RunControl control, int snapshotsPerSecond)
{
    public RunReport Run(LoadOptions options, IRequestObserver? observer = null)
    {
        using var loop = new EventLoop(target, options.RequestTimeout, options.ConnectTimeout);
        LoadRun run;
        using (var live = LivePublisher.Start(
            LoadRun.NewRecorder(options), control, snapshotsPerSecond, options.Duration, options.Iterations))
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

internal sealed record LoadOptions
{
    public required int Connections { get; init; }

    public required TimeSpan? Duration { get; init; }

    public long? Iterations { get; init; }

    // Requests per second in an open loop; null for a closed loop.
    public double? Rate { get; init; }

    public TimeSpan WarmUp { get; init; }

    public Mix Mix { get; init; } = Mix.Contest;

    public int Accounts { get; init; } = RequestSequence.Clients;

    public int? AmountCents { get; init; }

    // Opens a connection for each request; latencies include connecting.
    public bool ConnectionPerRequest { get; init; }

    public int Seed { get; init; }

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    // Gives each transaction a distinct text; HasKeys implies it.
    public bool DistinctTexts { get; init; }

    public bool Keys { get; init; }

    // How long to retry failed requests and 5xx; null for never.
    public TimeSpan? RetryFor { get; init; }

    // Retries imply keys: without one a retry could be applied twice.
    public bool HasKeys => Keys || RetryFor is not null;
}

// When requests of the warm-up or the measured part are due: at a fixed rate, or as soon as a connection is free.
internal sealed class LoadSchedule(LoadOptions options)
{
    private const double NanosecondsPerSecond = 1e9;

    private bool _isWarmUp;
    private long _startedAtNs;
    private long _issued;

    public long EndsAtNs => (_isWarmUp ? options.WarmUp : options.Duration) is { } duration
        ? _startedAtNs + (long)duration.TotalNanoseconds
        : long.MaxValue;

    public bool IsExhausted => !_isWarmUp && _issued >= options.Iterations;

    public void Begin(bool isWarmUp, long nowNs)
    {
        _isWarmUp = isWarmUp;
        _startedAtNs = nowNs;
        _issued = 0;
    }

    public void SkipPause(long pauseNs) => _startedAtNs += pauseNs;

    public long NextAtNs(long nowNs) => options.Rate is { } rate
        ? _startedAtNs + (long)(_issued * (NanosecondsPerSecond / rate))
        : nowNs;

    public bool IsDue(long nowNs)
    {
        var nextAtNs = NextAtNs(nowNs);
        return !IsExhausted && nextAtNs < EndsAtNs && nextAtNs <= nowNs;
    }

    public long TakeNext(long nowNs)
    {
        var intendedAtNs = NextAtNs(nowNs);
        _issued++;
        return intendedAtNs;
    }
}
