using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>
/// Puts a backup in a ledger's place while nobody uses the ledger. The one that was there keeps its file, under another
/// name; at every moment the ledger's own name is either the old one's, whole, or the new one's.
/// </summary>
internal static class LedgerRestore
{
    /// <summary>Restores.</summary>
    /// <param name="path">The ledger; there may be none.</param>
    /// <param name="backupPath">What is to be there.</param>
    /// <param name="asidePath">
    /// The name of the ledger that was there; <see langword="null"/> when there was none or nothing was done.
    /// </param>
    /// <param name="versions">Other versions than <see cref="LedgerFile.Versions"/>, for tests.</param>
    /// <returns>What the audit of the backup found; if it is not sound, nothing was done.</returns>
    /// <exception cref="RefusalException">
    /// An instance or another program uses the ledger; there is no such backup, or it has a schema version that cannot
    /// be converted; there is another program's database.
    /// </exception>
    /// <exception cref="SqliteException">The backup cannot be read.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
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
                asidePath = PutInPlace(path, restored);
            }

            return report;
        }
        finally
        {
            File.Delete(restored); // Which has its new name when all went well.
        }
    }

    // The backup is the original, and stays as it is.
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

    private static string? PutInPlace(string path, string restored)
    {
        string? aside = null;
        if (File.Exists(path))
        {
            var stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
            aside = $"{path}.before-restore-{stamp}";
            var isWhole = TryEndLog(path);
            DurableFile.AddName(path, aside);
            if (!isWhole)
            {
                // It cannot be read, and so its log could not be moved into it: the two stay together.
                File.Move(path + "-wal", aside + "-wal");
            }
        }

        File.Delete(path + "-shm");
        File.Move(restored, path, overwrite: true);
        DurableFile.SyncDirectoryOf(path);
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
            _ = database.Checkpoint(truncates: true, out _, out _);
        }

        // The last one to close a database takes its log away.
        return !File.Exists(path + "-wal")
            ? true
            : throw new RefusalException($"{path} is being used by another program");
    }

    // Only a look: whoever closes a database that may be written takes its log away, even if nobody can read it.
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
