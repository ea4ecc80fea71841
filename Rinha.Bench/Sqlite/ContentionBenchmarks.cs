using Perfolizer.Mathematics.OutlierDetection;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// How long a batch of 16 takes from its arrival to its commit, waiting included, alone and while another process
/// writes too. Each is measured by itself and none is left out, since what matters is the longest.
/// </summary>
[InvocationCount(1)]
[WarmupCount(20)]
[IterationCount(400)]
[Outliers(OutlierMode.DontRemove)]
[GcForce(false)]
public class ContentionBenchmarks : IDisposable
{
    private const int Batch = 16;

    private LedgerScratch _scratch = null!;
    private Contender _contender = null!;
    private Rival? _rival;

    /// <summary>Whether the other one writes too.</summary>
    [Params(false, true)]
    public bool Rival { get; set; }

    [GlobalSetup(Target = nameof(Gate))]
    public void SetUpGate() => SetUp(withGate: true);

    [GlobalSetup(Target = nameof(BusyHandler))]
    public void SetUpBusyHandler() => SetUp(withGate: false);

    /// <summary>
    /// Comes at a moment that has nothing to do with the rival's, and finds it at work. Straight from its own last turn
    /// it would find the file free and the rival asleep: without the gate it is the other one that waits then.
    /// </summary>
    [IterationSetup]
    public void Pause()
    {
        Thread.Sleep(1);
        _rival?.AwaitTurns(1);
    }

    /// <summary>As the server does it: who leaves the gate wakes who waits there.</summary>
    [Benchmark(Baseline = true)]
    public void Gate() => _contender.TakeTurn();

    /// <summary>As SQLite does it: who finds the file locked sleeps and looks again.</summary>
    [Benchmark]
    public void BusyHandler() => _contender.TakeTurn();

    [GlobalCleanup]
    public void Dispose()
    {
        _rival?.Dispose();
        _contender?.Dispose();
        _scratch?.Dispose();
    }

    private void SetUp(bool withGate)
    {
        _scratch = new LedgerScratch();
        _contender = new Contender(_scratch.File, withGate, Batch);
        _contender.TakeTurn();
        _scratch.ExpectTransactions(Batch);
        if (Rival)
        {
            _rival = new Rival(_scratch.File, withGate, Batch);
            _rival.AwaitTurns(10);
        }
    }
}
