using Rinha.Server;
using Rinha.Server.Sqlite;

namespace Rinha.Bench.Sqlite;

/// <summary>
/// The other process: a thread that takes turn after turn and is busy with something else for as long as each turn
/// took, as a server is that sends the answers of its batch. It checkpoints between its own turns.
/// </summary>
internal sealed class Rival : IDisposable
{
    private readonly Contender _contender;
    private readonly Database _checkpointer;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile Exception? _failure;
    private long _turns;

    public Rival(LedgerFile file, bool withGate, int batch)
    {
        _contender = new Contender(file, withGate, batch);
        _checkpointer = file.OpenCheckpointer();
        _thread = new Thread(Run) { Name = "rival", IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many turns it has had.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>Waits until it has had more turns; fails when it cannot.</summary>
    public void AwaitTurns(int more)
    {
        var goal = Turns + more;
        var watch = Stopwatch.StartNew();
        while (Turns < goal)
        {
            Expect.That(_failure is null, $"the rival goes on: {_failure}");
            Expect.That(watch.Elapsed < TimeSpan.FromSeconds(20), "the rival gets its turns");
            Thread.Sleep(1);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _contender.Dispose();
        _checkpointer.Dispose();
        Expect.That(_failure is null, $"the rival was well to the end: {_failure}");
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                TakeTurnAndPause();
            }
        }
        catch (InvalidOperationException error)
        {
            _failure = error;
        }
    }

    private void TakeTurnAndPause()
    {
        var begun = Stopwatch.GetTimestamp();
        _contender.TakeTurn();
        Volatile.Write(ref _turns, _turns + 1);
        if (_contender.WalPages >= Limits.CheckpointPages)
        {
            _checkpointer.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        }

        var ended = Stopwatch.GetTimestamp();
        while (Stopwatch.GetTimestamp() - ended < ended - begun)
        {
            Thread.SpinWait(10);
        }
    }
}
