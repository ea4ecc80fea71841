namespace Rinha.Server.Tests.Sqlite;

[Collection(RunsAlone.Name)]
public sealed class LedgerBackupTests : LedgerContract<LedgerOnDisk>
{
    private const int Posts = 40_000; // More than one step of pages.

    private string BackupPath => Storage.FilePath + ".copy";

    [Fact]
    public void A_backup_aborts_and_leaves_no_file_when_the_WAL_has_grown_too_far()
    {
        var ledger = Storage.Open();
        var file = LedgerFile.OpenExisting(Storage.FilePath);
        using (var reader = LedgerRows.Open(Storage.FilePath))
        {
            // An old snapshot keeps the backup from emptying the WAL first.
            reader.Execute("BEGIN");
            Assert.Equal(0, reader.Query("SELECT count(*) FROM transacoes"));
            for (var posted = 0; posted < Posts; posted += 200)
            {
                ledger.CreditAtOnce(200);
            }

            var failure = Assert.Throws<SqliteException>(() => LedgerBackup.Make(file, BackupPath, walBytesMax: 1));
            Assert.Contains("backup aborted", failure.Message, StringComparison.Ordinal);
            Assert.False(Path.Exists(BackupPath));
            Assert.DoesNotContain(
                Directory.GetFiles(Path.GetDirectoryName(BackupPath)!),
                name => name.Contains("unfinished", StringComparison.Ordinal));
        }

        var report = LedgerBackup.Make(file, BackupPath);

        Assert.True(report.IsSound);
        Assert.Equal(Posts, report.Transactions);
        Assert.Equal(Posts, LedgerRows.Query(BackupPath, "SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void No_instance_checkpoints_during_a_backup_and_one_can_afterwards()
    {
        _ = Storage.Open();
        var file = LedgerFile.OpenExisting(Storage.FilePath);
        using var other = new Gate(Storage.FilePath);
        using (new ManualCheckpoint(file))
        {
            Assert.False(other.TryBeginCheckpoint());
        }

        Assert.True(other.TryBeginCheckpoint());
        Assert.Throws<RefusalException>(() => LedgerBackup.Make(file, BackupPath));
        other.EndCheckpoint();
        Assert.True(LedgerBackup.Make(file, BackupPath).IsSound);
    }

    [Fact]
    public void An_export_is_one_snapshot()
    {
        Ledger.Credit(1, 1);
        using var rows = LedgerExport.Read(LedgerFile.OpenExisting(Storage.FilePath)).GetEnumerator();
        Assert.True(rows.MoveNext());
        Ledger.Credit(1, 1);

        var transactions = 0;
        while (rows.MoveNext())
        {
            transactions += rows.Current.Table == LedgerTable.Transactions ? 1 : 0;
        }

        Assert.Equal(1, transactions);
    }

    [Fact]
    public void A_copy_fails_when_its_target_is_locked()
    {
        SampleLedger.Make(Storage.FilePath);
        using var source = Database.OpenReadOnly(Storage.FilePath);
        using var target = Database.Open(BackupPath);
        target.SetBusyTimeout(0);
        using (LedgerRows.Lock(BackupPath))
        {
            var failure = Assert.Throws<SqliteException>(
                () => LedgerCopy.CopyPages(source, target, () => Assert.Fail("a page was copied")));
            Assert.Equal(SqliteResult.Busy, SqliteResult.Primary(failure.ResultCode));
        }

        LedgerCopy.CopyPages(source, target, static () => { });
        Assert.Equal(SampleLedger.Transactions, target.QueryInt64("SELECT count(*) FROM transacoes"));
    }
}
