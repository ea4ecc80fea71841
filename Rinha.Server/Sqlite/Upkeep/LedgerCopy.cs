using SQLitePCL;

namespace Rinha.Server.Sqlite.Upkeep;

// Copies one snapshot of a database, page by page, into a new file that is whole by itself: without a write-ahead log,
// on the disk, readable by its owner alone unless another file's access is given.
internal static class LedgerCopy
{
    // Copies the source, which others may write meanwhile, to a name that is free; after a failure leaves nothing.
    // afterStep, called after every Limits.BackupStepPages pages, may pause. The copy gets the access of the model.
    public static void Make(string sourcePath, string targetPath, Action afterStep, string? model = null)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        // Open until SQLite has closed it: the first to close a file takes the locks of its whole process along.
        using var file = new FileStream(targetPath, options);
        try
        {
            if (model is not null)
            {
                DurableFile.GiveAccessOf(model, file.SafeFileHandle);
            }

            Copy(sourcePath, targetPath, file, afterStep);
            EndLog(targetPath);
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

        // Only a last step that says "done" makes a whole copy. By SQLite's documentation sqlite3_backup_finish may
        // return SQLITE_OK after a step that was locked out.
        if (step != SqliteResult.Done)
        {
            throw target.Error("copy");
        }
    }

    private static void Copy(string sourcePath, string targetPath, FileStream file, Action afterStep)
    {
        using var source = Database.OpenToLook(sourcePath);
        // One snapshot for all steps: without, every write of another process would make the copy begin again.
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

    // The copied header says that there is a write-ahead log; a reader could not open it without making one.
    private static void EndLog(string path)
    {
        using var database = Database.Open(path);
        var mode = database.QueryText("PRAGMA journal_mode = DELETE");
        if (mode != "delete")
        {
            throw new SqliteException($"{path}: journal mode stays {mode}", 0);
        }
    }
}
