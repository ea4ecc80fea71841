using Rinha.Server.Sqlite.Native;

namespace Rinha.Server.Sqlite;

/// <summary>
/// Moves the write-ahead log into the database at an operator's command, as the <see cref="Checkpointer"/> of an
/// instance does; while it lives, no other checkpoints.
/// </summary>
internal sealed class LogMove : IDisposable
{
    private const int LookMs = 10;

    private readonly Database _database;
    private readonly Gate _gate;

    /// <summary>Becomes the one that checkpoints.</summary>
    /// <exception cref="RefusalException">
    /// Another one stays at it for <see cref="Limits.BusyTimeoutMs"/>: a backup, say.
    /// </exception>
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

                Thread.Sleep(LookMs);
            }

            _database = file.OpenCheckpointer();
        }
        catch
        {
            _gate.Dispose(); // With it the checkpointer's byte.
            throw;
        }
    }

    /// <summary>
    /// Moves the bulk beside the requests, then the rest inside the gate, and empties the log if no reader is in the
    /// way.
    /// </summary>
    /// <param name="pages">Pages that were in the log.</param>
    /// <param name="moved">How many of them are in the database now.</param>
    /// <returns>
    /// <see langword="false"/> when an instance stayed inside the gate for <see cref="Limits.BusyTimeoutMs"/>: then
    /// only the bulk has been moved.
    /// </returns>
    /// <exception cref="SqliteException">The database failed.</exception>
    public bool TryRun(out int pages, out int moved)
    {
        (pages, moved) = Checkpoint(truncates: false);
        if (!_gate.TryEnter(Limits.BusyTimeoutMs))
        {
            return false;
        }

        try
        {
            (pages, moved) = Checkpoint(truncates: false);
            _database.SetBusyTimeout(0);
            _ = Checkpoint(truncates: true);
            return true;
        }
        finally
        {
            _gate.Exit();
            _database.SetBusyTimeout(Limits.BusyTimeoutMs);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _database.Dispose();
        _gate.Dispose();
    }

    private (int Pages, int Moved) Checkpoint(bool truncates)
    {
        var result = _database.Checkpoint(truncates, out var walPages, out var movedPages);
        return result == SqliteResult.Ok || SqliteResult.Primary(result) == SqliteResult.Busy
            ? (walPages, movedPages)
            : throw _database.Error("checkpoint");
    }
}
