using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.Chaos.Load;

// Runs a load on its own thread and logs every transaction while faults happen.
internal sealed class BackgroundLoad : IDisposable
{
    private readonly RunControl _control = new();
    private readonly Task<RunReport> _run;
    private readonly PageReader? _pages;

    public BackgroundLoad(
        Target target,
        LoadOptions options,
        Func<IRequestObserver, IRequestObserver>? observer = null,
        bool readsPages = true)
    {
        var session = new LoadSession(
            target, EnvironmentReader.Read(target.Url, limits: null), _control, snapshotsPerSecond: 0);
        var seen = observer is null ? Log : observer(Log);
        _run = Task.Factory.StartNew(
            () => session.Run(options with { DistinctTexts = true }, seen),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        _pages = readsPages ? new PageReader(target, options) : null;
    }

    public TransactionLog Log { get; } = new(); // Read it after Stop.

    // An open-loop load of the contest's mix that runs until Stop.
    public static LoadOptions Endless(double rate, int connections, int seed) => new()
    {
        Connections = connections,
        Duration = TimeSpan.FromDays(1),
        Rate = rate,
        RequestTimeout = Bank.Timeout,
        Seed = seed,
    };

    public RunReport Stop()
    {
        Dispose();
        return _run.Exception is { } failure
            ? throw new ChaosException($"the load ended with {failure.InnerException}")
            : _run.Result;
    }

    public void Dispose()
    {
        _control.Stop();
        Task.WhenAny(_run).Wait();
        _pages?.StopInto(Log);
    }
}
