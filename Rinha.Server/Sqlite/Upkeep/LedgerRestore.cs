using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Server.Sqlite.Upkeep;

// Replaces a ledger with a backup while no instance uses it, and keeps the previous ledger under another name. Atomic:
// at any time the ledger's path leads to the whole old ledger or the whole new one.
internal static class LedgerRestore
{
    // Copies the backup; previousPath is the new path of the ledger that it replaced, if any. Returns the audit of the
    // backup. If that is not sound, nothing was changed. Tests give other versions.
    public static AuditReport Run(
        string path, string backupPath, out string? previousPath, SchemaVersions? versions = null)
    {
        if (!File.Exists(backupPath))
        {
            throw new RefusalException($"there is no backup at {backupPath}");
        }

        if (Path.GetFullPath(backupPath) == path)
        {
            throw new RefusalException($"{path} is the ledger itself");
        }

        return Replace(path, (restored, model) =>
        {
            LedgerCopy.Make(backupPath, restored, static () => { }, model);
            ConvertIfOlder(restored, backupPath, versions ?? LedgerFile.Versions);
        }, out previousPath);
    }

    // Audits a new ledger and puts it in place. make gets its temporary path and a model for its owner and permissions;
    // meanwhile no instance can start.
    public static AuditReport Replace(string path, Action<string, string> make, out string? previousPath)
    {
        previousPath = null;
        var model = File.Exists(path) ? path : DurableFile.DirectoryOf(path);
        using var gate = new GateFile(path + "-gate", model);
        if (!gate.TryLockAll())
        {
            throw new RefusalException($"{path} is in use: stop every instance first");
        }

        var restored = $"{path}.restoring-{Environment.ProcessId}";
        try
        {
            make(restored, model);
            var report = LedgerAudit.Run(restored);
            if (report.IsSound)
            {
                previousPath = File.Exists(path) ? KeepPrevious(path) : null;
                File.Delete(path + "-shm");
                File.Move(restored, path, overwrite: true);
                DurableFile.SyncDirectoryOf(path);
            }

            return report;
        }
        finally
        {
            File.Delete(restored); // No longer there after a success.
        }
    }

    private static void ConvertIfOlder(string restored, string backupPath, SchemaVersions versions)
    {
        using var database = Database.Open(restored);
        if (LedgerFile.VersionOf(database) is not { } version)
        {
            return; // The audit will report it.
        }

        if (versions.IsConvertible(version))
        {
            LedgerUpgrade.Convert(database, version, versions, static () => { });
        }
        else if (versions.WhyRefused(version) is { } reason)
        {
            throw new RefusalException($"{backupPath} {reason}");
        }
    }

    private static string KeepPrevious(string path)
    {
        var stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        var previous = $"{path}.before-restore-{stamp}";
        var isCheckpointed = TryRemoveWal(path);
        DurableFile.CreateHardLink(path, previous);
        if (!isCheckpointed)
        {
            File.Move(path + "-wal", previous + "-wal");
        }

        return previous;
    }

    // Moves the log into the database: otherwise SQLite would apply it to the new ledger. False if the database is too
    // damaged.
    private static bool TryRemoveWal(string path)
    {
        if (!IsReadable(path))
        {
            return !File.Exists(path + "-wal");
        }

        using (var database = Database.Open(path))
        {
            _ = database.QueryInt64("PRAGMA user_version"); // The first read opens the log.
            database.SetBusyTimeout(0);
            _ = database.TryCheckpoint(truncates: true, out _, out _);
        }

        // The last connection to close deletes the log.
        return !File.Exists(path + "-wal")
            ? true
            : throw new RefusalException($"{path} is used by another program");
    }

    // Opens read-only: closing a writable connection deletes the log even of a database that cannot be read.
    private static bool IsReadable(string path)
    {
        try
        {
            using var database = Database.OpenReadOnly(path);
            return LedgerFile.IsLedgerOrEmpty(database)
                ? true
                : throw new RefusalException($"{path} is another program's database");
        }
        catch (SqliteException error) when (
            SqliteResult.Primary(error.ResultCode) is SqliteResult.Corrupt or SqliteResult.NotDatabase)
        {
            return false;
        }
    }
}
