using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// A backup of a ledger that others go on writing. While it is copied the write-ahead log cannot start over, so it is
// emptied first, no instance tries to checkpoint meanwhile, and how far it may grow is bounded.
internal static class LedgerBackup
{
    // Copies the ledger as it is now, audits the copy, and only when it is sound gives it its name, which must be free.
    // walBytesMax is how long the log may get meanwhile, if the database is not longer itself.
    public static AuditReport Make(LedgerFile file, string targetPath, long walBytesMax = Limits.BackupWalBytesMax)
    {
        if (Path.Exists(targetPath))
        {
            throw new RefusalException($"{targetPath} is there already");
        }

        var unfinished = $"{targetPath}.unfinished-{Environment.ProcessId}";
        try
        {
            using (var log = new LogMove(file))
            {
                _ = log.TryRun(out _, out _); // If a bank stands still, a backup is wanted all the more.
                LedgerCopy.Make(file.Path, unfinished, () => Pause(file.Path, walBytesMax));
            }

            var report = LedgerAudit.Run(unfinished, yields: true);
            if (report.IsSound)
            {
                File.Move(unfinished, targetPath, overwrite: false);
                DurableFile.SyncDirectoryOf(targetPath);
            }

            return report;
        }
        finally
        {
            File.Delete(unfinished); // Gone already when all went well.
        }
    }

    // A snapshot is being kept: the longer, the longer the log.
    private static void Pause(string path, long walBytesMax)
    {
        var walBytes = LedgerFile.WalBytesOf(path);
        var mostBytes = Math.Max(walBytesMax, new FileInfo(path).Length);
        if (walBytes > mostBytes)
        {
            throw new SqliteException(
                $"{path}-wal has grown to {walBytes} bytes behind the backup, which gives up; try when less is posted",
                SqliteResult.Full);
        }

        if (walBytes < mostBytes / 4)
        {
            Thread.Sleep(Limits.BackupPauseMs);
        }
    }
}
