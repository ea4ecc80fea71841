using SQLitePCL;

namespace Rinha.Server.Sqlite.Upkeep;

// Copies one snapshot of a database, page by page, into a new self-contained file: without a write-ahead log, synced to
// disk, and readable only by its owner unless it takes a model's permissions. Creates such files for imports too.
internal static class LedgerCopy
{
    // Copies the source, which others may be writing, to a free name; a failure leaves no file. afterStep is called
    // after every Limits.BackupStepPages pages and may sleep. The copy gets the model's owner and permissions.
    public static void Make(string sourcePath, string targetPath, Action afterStep, string? model = null) =>
        Create(targetPath, model, file => Copy(sourcePath, targetPath, file, afterStep));

    // Creates a database that fill writes, on the disk when the call returns; a failure leaves no file.
    public static void Create(string targetPath, string? model, Action<FileStream> fill)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        // Outlives SQLite's descriptor: closing any descriptor of a file drops all POSIX locks of the process on it.
        using var file = new FileStream(targetPath, options);
        try
        {
            if (model is not null)
            {
                DurableFile.CopyAccess(model, file.SafeFileHandle);
            }

            fill(file);
            LeaveWalMode(targetPath);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }
        catch
        {
            File.Delete(targetPath);
            throw;
        }
    }

    public static void CopyPages(Database source, Database target, Action afterStep)
    {
        var step = SqliteResult.Ok;
        using (var backup = raw.sqlite3_backup_init(target.Handle, "main", source.Handle, "main"))
        {
            while (!backup.IsInvalid
                && (step = raw.sqlite3_backup_step(backup, Limits.BackupStepPages)) == SqliteResult.Ok)
            {
                afterStep();
            }
        }

        // Only SQLITE_DONE means a complete copy: sqlite3_backup_finish may return SQLITE_OK after a step that found
        // the database locked.
        if (step != SqliteResult.Done)
        {
            throw target.Error("copy");
        }
    }

    private static void Copy(string sourcePath, string targetPath, FileStream file, Action afterStep)
    {
        using var source = Database.OpenReadOnly(sourcePath);
        // One snapshot for all steps. Without it, a write by another process would restart the copy.
        source.Execute("BEGIN");
        _ = source.QueryInt64("SELECT count(*) FROM sqlite_schema");
        using var target = Database.Open(targetPath);
        target.Execute($"""
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA cache_size = -{Limits.ReaderCacheKib};
            """);
        var steps = 0;
        CopyPages(source, target, () =>
        {
            if (++steps % Limits.BackupSyncSteps == 0)
            {
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            afterStep();
        });
    }

    // The copied header is in WAL mode, in which even a reader must create a log.
    private static void LeaveWalMode(string path)
    {
        using var database = Database.Open(path);
        var mode = database.QueryText("PRAGMA journal_mode = DELETE");
        if (mode != "delete")
        {
            throw new SqliteException($"{path}: journal mode stays {mode}", 0);
        }
    }
}
