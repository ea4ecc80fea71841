namespace Rinha.Server.Tests.Sqlite;

public sealed class LedgerFileTests : FileTest
{
    [Fact]
    public void Instances_that_open_an_empty_path_at_the_same_time_share_one_ledger()
    {
        for (var round = 0; round < 50; round++)
        {
            var path = Files.File($"{round}.db");
            ParallelThreads.Run(2, _ =>
            {
                using var ledger = LedgerExtensions.OpenLedger(path);
                Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
            });

            Assert.Equal(2, LedgerRows.Query(path, "SELECT saldo FROM clientes WHERE id = 1"));
            Assert.Equal(5, LedgerRows.Query(path, "SELECT count(*) FROM clientes"));
            LedgerRows.AssertBalanced(path);
        }
    }

    [Fact]
    public void An_empty_file_becomes_a_ledger_with_its_application_id_in_WAL_mode()
    {
        File.WriteAllBytes(FilePath, []);

        using var ledger = LedgerExtensions.OpenLedger(FilePath);

        Assert.Equal(100_000, ledger.Statement(1).LimitCents);
        Assert.Equal(0x52494E48, LedgerRows.Query(FilePath, "PRAGMA application_id"));
        Assert.Equal(LedgerFile.Versions.Current, LedgerRows.Query(FilePath, "PRAGMA user_version"));
        Assert.Equal("wal", LedgerRows.QueryText(FilePath, "PRAGMA journal_mode"));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("wal")]
    public void A_ledger_made_by_hand_is_switched_to_WAL(string mode)
    {
        LedgerRows.Execute(FilePath, File.ReadAllText(Repository.PathOf("schema.sql")));
        Assert.Equal(mode, LedgerRows.QueryText(FilePath, $"PRAGMA journal_mode = {mode}"));

        using var ledger = LedgerExtensions.OpenLedger(FilePath);

        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        Assert.Equal("wal", LedgerRows.QueryText(FilePath, "PRAGMA journal_mode"));
    }

    [Theory]
    [InlineData("hello, world")]
    [InlineData("SQLite format 3\0 but not really, and quite a bit longer than the header of one would be, is it not?")]
    public void A_file_that_is_not_a_database_is_refused_and_unchanged(string content)
    {
        File.WriteAllText(FilePath, content);

        AssertRefusedUntouched();
    }

    [Theory]
    [InlineData("CREATE TABLE t (x); INSERT INTO t VALUES (1);")]
    [InlineData("PRAGMA application_id = 1; PRAGMA user_version = 2;")]
    [InlineData("PRAGMA application_id = 1; CREATE TABLE t (x);")]
    [InlineData("PRAGMA journal_mode = WAL; CREATE TABLE t (x);")]
    [InlineData("CREATE TABLE clientes (id, limite, saldo); CREATE TABLE transacoes (id);")]
    public void Another_programs_database_is_refused_and_unchanged(string sql)
    {
        LedgerRows.Execute(FilePath, sql);

        Assert.Contains("another program", AssertRefusedUntouched().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_programs_WAL_is_unchanged_too()
    {
        var crashed = Files.File("crashed.db");
        using (var database = LedgerRows.Open(crashed))
        {
            database.Execute("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1);");
            // As after a crash, the rows are only in the WAL.
            File.Copy(crashed, FilePath);
            File.Copy(crashed + "-wal", FilePath + "-wal");
        }

        var wal = File.ReadAllBytes(FilePath + "-wal");
        AssertRefusedUntouched();

        Assert.Equal(wal, File.ReadAllBytes(FilePath + "-wal"));
    }

    [Theory]
    [InlineData(0, "which was never released and cannot be converted; this server needs version 6")]
    [InlineData(3, "which was never released and cannot be converted; this server needs version 6")]
    [InlineData(7, "but this server knows only versions up to 6: use a newer server")]
    public void A_ledger_of_an_unsupported_version_is_refused_and_unchanged(int version, string why)
    {
        LedgerExtensions.OpenLedger(FilePath).Dispose();
        LedgerRows.Execute(FilePath, $"PRAGMA user_version = {version}");

        var error = AssertRefusedUntouched();

        Assert.Equal($"{FilePath} has schema version {version}, {why}", error.Message);
    }

    [Fact]
    public void A_directory_at_the_ledgers_path_is_refused()
    {
        Directory.CreateDirectory(FilePath);

        Assert.Throws<SqliteException>(() => LedgerExtensions.OpenLedger(FilePath));

        Assert.Empty(Directory.GetFileSystemEntries(FilePath));
    }

    [Fact]
    public void A_refused_file_does_not_keep_the_gate_closed()
    {
        File.WriteAllText(FilePath, "hello, world");
        Assert.Throws<SqliteException>(() => LedgerExtensions.OpenLedger(FilePath));
        File.Delete(FilePath);

        using var ledger = LedgerExtensions.OpenLedger(FilePath);

        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
    }

    private SqliteException AssertRefusedUntouched()
    {
        var before = File.ReadAllBytes(FilePath);
        var error = Assert.Throws<SqliteException>(() => LedgerExtensions.OpenLedger(FilePath));
        Assert.Equal(before, File.ReadAllBytes(FilePath));
        return error;
    }
}
