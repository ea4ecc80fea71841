using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// Backs up a ledger while instances write to it. The write-ahead log cannot start over during the copy, so the backup
// empties it first, keeps instances from checkpointing, and gives up when the log has grown past a bound.
internal static class LedgerBackup
{
    // Copies a snapshot, audits the copy, and gives it its name, which must be free, only if it is sound. The log may
    // grow to walBytesMax or to the size of the database, whichever is larger.
    public static AuditReport Make(LedgerFile file, string targetPath, long walBytesMax = Limits.BackupWalBytesMax)
    {
        if (Path.Exists(targetPath))
        {
            throw new RefusalException($"{targetPath} already exists");
        }

        var unfinished = $"{targetPath}.unfinished-{Environment.ProcessId}";
        try
        {
            using (var checkpoint = new ManualCheckpoint(file))
            {
                ShortenLog(checkpoint);
                LedgerCopy.Make(file.Path, unfinished, () => Pause(file.Path, walBytesMax));
            }

            var report = LedgerAudit.Run(unfinished, isThrottled: true);
            if (report.IsSound)
            {
                File.Move(unfinished, targetPath, overwrite: false);
                DurableFile.SyncDirectoryOf(targetPath);
            }

            return report;
        }
        finally
        {
            File.Delete(unfinished); // No longer there after a success.
        }
    }

    // If it fails, because an instance stays in the gate or the ledger's disk is full, back up anyway.
    private static void ShortenLog(ManualCheckpoint checkpoint)
    {
        try
        {
            _ = checkpoint.TryRun(out _, out _);
        }
        catch (SqliteException error) when (SqliteResult.Primary(error.ResultCode) == SqliteResult.Full)
        {
        }
    }

    // Pauses between steps to leave the disk to the instances, unless the log is already a quarter of its bound.
    private static void Pause(string path, long walBytesMax)
    {
        var walBytes = LedgerFile.WalBytesOf(path);
        var maxBytes = Math.Max(walBytesMax, new FileInfo(path).Length);
        if (walBytes > maxBytes)
        {
            throw new SqliteException(
                $"backup aborted: {path}-wal has grown to {walBytes} bytes; retry under less load",
                SqliteResult.Full);
        }

        if (walBytes < maxBytes / 4)
        {
            Thread.Sleep(Limits.BackupPauseMs);
        }
    }
}
