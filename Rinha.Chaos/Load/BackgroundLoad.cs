using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.Chaos.Load;

/// <summary>A load run on a thread of its own, with every transaction remembered, while faults are made to
/// happen.</summary>
internal sealed class BackgroundLoad : IDisposable
{
    private readonly RunControl _control = new();
    private readonly Thread _thread;
    private RunReport? _report;
    private Exception? _failure;

    /// <param name="options">The load; its texts are made distinct.</param>
    /// <param name="observer">Sees every request besides the log; on the load's thread.</param>
    public BackgroundLoad(Target target, LoadOptions options, Func<IRequestObserver, IRequestObserver>? observer = null)
    {
        var session = new LoadSession(
            target, EnvironmentReader.Read(target.Url, limits: null), _control, framesPerSecond: 0);
        var seen = observer is null ? Log : observer(Log);
        _thread = new Thread(() =>
        {
            try
            {
                _report = session.Run(options with { DistinctTexts = true }, seen);
            }
            catch (Exception error)
            {
                _failure = error;
            }
        })
        { Name = "load" };
        _thread.Start();
    }

    /// <summary>What was sent and answered; to be read after <see cref="Stop"/>.</summary>
    public TransactionLog Log { get; } = new();

    /// <summary>A load that goes on until it is stopped: open loop, the contest's mix.</summary>
    public static LoadOptions Endless(double rate, int connections, int seed) => new()
    {
        Connections = connections,
        Duration = TimeSpan.FromDays(1),
        Rate = rate,
        RequestTimeout = Bank.Patience,
        Seed = seed,
    };

    /// <summary>Ends the load and waits for its last answers.</summary>
    public RunReport Stop()
    {
        _control.Stop();
        _thread.Join();
        return _report ?? throw new ChaosException($"the load ended with {_failure}");
    }

    public void Dispose()
    {
        _control.Stop();
        _thread.Join();
    }
}
