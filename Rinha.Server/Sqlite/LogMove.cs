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
    // way. When an instance stays inside the gate, only the bulk has been moved, and the answer is no. Of the pages
    // that were in the log the moved ones are in the database now.
    public bool TryRun(out int pages, out int moved)
    {
        _database.CheckpointBulk(out pages, out moved);
        if (!_gate.TryEnter(Limits.BusyTimeoutMs))
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
