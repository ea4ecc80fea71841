using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Sqlite.Upkeep;

// Moves the WAL's pages into the database file, beside the requests instead of inside an unlucky commit. One process at
// a time does it for all: the first whose turn finds the WAL long. The bulk, with its fsyncs, runs while writers go on;
// only the pages written meanwhile are moved inside the gate, so that the WAL is empty for an instant and the next
// commit starts it over. Owns its thread, connection and gate; any thread may call Request.
internal sealed class Checkpointer : IDisposable
{
    private readonly Database _database;
    private readonly Gate _gate;
    private readonly ThrottledErrorLog _errors;
    private readonly LedgerMetrics _metrics;
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public Checkpointer(LedgerFile file, ThrottledErrorLog errors, LedgerMetrics metrics)
    {
        _database = file.OpenCheckpointer();
        _gate = new Gate(file.Path);
        _errors = errors;
        _metrics = metrics;
        _thread = new Thread(Run) { Name = "checkpointer", IsBackground = true };
        _thread.Start();
    }

    // Asks for a checkpoint soon; cheap, and harmless when one is under way.
    public void Request() => _wake.Set();

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        if (!_thread.Join(Limits.WriterStopTimeoutMs))
        {
            return; // The thread waits for the gate, and ends with the process.
        }

        _wake.Dispose();
        _gate.Dispose();
        _database.Dispose();
    }

    private void Run()
    {
        while (_wake.WaitOne() && !_stopping)
        {
            if (_gate.TryBeginCheckpoint())
            {
                var beganAtNs = Clock.NowNs;
                try
                {
                    CheckpointAll();
                }
                catch (SqliteException error)
                {
                    _errors.Write(error); // Every commit asks again, until it succeeds.
                }

                _gate.EndCheckpoint();
                _metrics.CheckpointDuration.Record(Clock.NowNs - beganAtNs);
            }
            else
            {
                Thread.Sleep(Limits.CheckpointPollMs); // Another process checkpoints; every commit asks meanwhile.
            }
        }
    }

    private void CheckpointAll()
    {
        _database.CheckpointBulk(out var walPages, out _);
        if (walPages < Limits.CheckpointPages)
        {
            return; // Another process has just started the WAL over.
        }

        _gate.Enter();
        try
        {
            _ = _database.TryCheckpoint(truncates: false, out _, out _);
        }
        finally
        {
            _gate.Exit();
        }
    }
}

// Moves the write-ahead log into the database at an operator's command, as an instance's Checkpointer does; while it
// lives, nothing else checkpoints.
internal sealed class ManualCheckpoint : IDisposable
{
    private readonly Database _database;
    private readonly Gate _gate;

    // Takes the checkpointer's lock. RefusalException: something else, such as a backup, has it.
    public ManualCheckpoint(LedgerFile file)
    {
        _gate = new Gate(file.Path);
        try
        {
            var began = Environment.TickCount64;
            while (!_gate.TryBeginCheckpoint())
            {
                if (Environment.TickCount64 - began > Limits.BusyTimeoutMs)
                {
                    throw new RefusalException($"{file.Path}: a backup or another checkpoint is under way");
                }

                Thread.Sleep(Limits.CheckpointPollMs);
            }

            _database = file.OpenCheckpointer();
        }
        catch
        {
            _gate.Dispose(); // Also unlocks the checkpointer's byte.
            throw;
        }
    }

    // Moves the bulk beside the requests, then the rest inside the gate, and empties the log if no reader is in the
    // way. False when an instance stayed inside the gate: then only the bulk has been moved. moved of the log's pages
    // are now in the database.
    public bool TryRun(out int pages, out int moved)
    {
        _database.CheckpointBulk(out pages, out moved);
        if (!_gate.TryEnterWithin(Limits.BusyTimeoutMs))
        {
            return false;
        }

        try
        {
            _ = _database.TryCheckpoint(truncates: false, out pages, out moved);
            _database.SetBusyTimeout(0);
            _ = _database.TryCheckpoint(truncates: true, out _, out _);
            return true;
        }
        finally
        {
            _gate.Exit();
            _database.SetBusyTimeout(Limits.BusyTimeoutMs);
        }
    }

    public void Dispose()
    {
        _database.Dispose();
        _gate.Dispose();
    }
}
