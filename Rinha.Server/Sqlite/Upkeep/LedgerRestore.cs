using Rinha.Server.Ledger;
using Rinha.Server.Sqlite.Locking;

namespace Rinha.Server.Sqlite.Upkeep;

// Puts a backup in a ledger's place while no instance uses the ledger. The one that was there keeps its file, under
// another name; at every moment the ledger's own name is either the old one's, whole, or the new one's.
internal static class LedgerRestore
{
    // The backup stays as it is; asidePath is the new name of the ledger that was there, if there was one. Returns what
    // the audit of the backup found; if it is not sound, nothing was done. Other versions are for tests.
    public static AuditReport Run(
        string path, string backupPath, out string? asidePath, SchemaVersions? versions = null)
    {
        asidePath = null;
        if (!File.Exists(backupPath))
        {
            throw new RefusalException($"there is no backup at {backupPath}");
        }

        if (Path.GetFullPath(backupPath) == path)
        {
            throw new RefusalException($"{path} is the ledger itself");
        }

        var model = File.Exists(path) ? path : DurableFile.DirectoryOf(path);
        using var gate = new GateFile(path + "-gate", model);
        if (!gate.TryLockAll())
        {
            throw new RefusalException($"{path} is being used: stop every instance first");
        }

        var restored = $"{path}.restoring-{Environment.ProcessId}";
        try
        {
            LedgerCopy.Make(backupPath, restored, static () => { }, model);
            ConvertIfOlder(restored, backupPath, versions ?? LedgerFile.Versions);
            var report = LedgerAudit.Run(restored);
            if (report.IsSound)
            {
                asidePath = File.Exists(path) ? PutAside(path) : null;
                File.Delete(path + "-shm");
                File.Move(restored, path, overwrite: true);
                DurableFile.SyncDirectoryOf(path);
            }

            return report;
        }
        finally
        {
            File.Delete(restored); // Gone already when all went well.
        }
    }

    private static void ConvertIfOlder(string restored, string backupPath, SchemaVersions versions)
    {
        using var database = Database.Open(restored);
        if (LedgerFile.VersionOf(database) is not { } version)
        {
            return; // The audit says what it is.
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

    private static string PutAside(string path)
    {
        var stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        var aside = $"{path}.before-restore-{stamp}";
        var isWhole = TryEndLog(path);
        DurableFile.AddName(path, aside);
        if (!isWhole)
        {
            // It cannot be read, and so its log could not be moved into it: the two stay together.
            File.Move(path + "-wal", aside + "-wal");
        }

        return aside;
    }

    // A log left beside another database would be taken for its own. False when the database is too damaged for that.
    private static bool TryEndLog(string path)
    {
        if (!IsReadable(path))
        {
            return !File.Exists(path + "-wal");
        }

        using (var database = Database.Open(path))
        {
            _ = database.QueryInt64("PRAGMA user_version"); // It opens the log when it is first read.
            database.SetBusyTimeout(0);
            _ = database.TryCheckpoint(truncates: true, out _, out _);
        }

        // The last one to close a database takes its log away.
        return !File.Exists(path + "-wal")
            ? true
            : throw new RefusalException($"{path} is being used by another program");
    }

    // Only a look: closing a database that may be written takes its log away, even if it cannot be read.
    private static bool IsReadable(string path)
    {
        try
        {
            using var database = Database.OpenToLook(path);
            return LedgerFile.IsOurs(database)
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
