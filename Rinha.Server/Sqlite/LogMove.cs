using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

// Moves the write-ahead log into the database at an operator's command, as the Checkpointer of an instance does; while
// it lives, no other checkpoints.
internal sealed class LogMove : IDisposable
{
    private readonly Database _database;
    private readonly Gate _gate;

    // Becomes the one that checkpoints, unless another stays at it: a backup, say.
    public LogMove(LedgerFile file)
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

                Thread.Sleep(Limits.CheckpointLookMs);
            }

            _database = file.OpenCheckpointer();
        }
        catch
        {
            _gate.Dispose(); // With it the checkpointer's byte.
            throw;
        }
    }

    // Moves the bulk beside the requests, then the rest inside the gate, and empties the log if no reader is in the
    // way. When an instance stays inside the gate, only the bulk has been moved, and the answer is no. pages: Pages
    // that were in the log. moved: How many of them are in the database now.
    public bool TryRun(out int pages, out int moved)
    {
        Check(_database.CheckpointBulk(out pages, out moved));
        if (!_gate.TryEnter(Limits.BusyTimeoutMs))
        {
            return false;
        }

        try
        {
            Check(_database.Checkpoint(truncates: false, out pages, out moved));
            _database.SetBusyTimeout(0);
            Check(_database.Checkpoint(truncates: true, out _, out _));
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

    private void Check(int result)
    {
        if (result != SqliteResult.Ok && SqliteResult.Primary(result) != SqliteResult.Busy)
        {
            throw _database.Error("checkpoint");
        }
    }
}
