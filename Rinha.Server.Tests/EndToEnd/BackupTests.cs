namespace Rinha.Server.Tests.EndToEnd;

/// <summary><c>backup</c> and <c>restore</c> on the published binary.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("rinha.db");

    private string Backup => _directory.File("copy.db");

    [Fact]
    public void A_backup_under_load_is_a_moment_of_the_ledger_and_can_be_put_in_its_place()
    {
        using var load = RunUnderLoad(out var before, out var after);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        AssertAlone(Backup);
        AssertVerified(Backup);
        LedgerRows.AssertBalanced(Backup);
        var saved = LedgerRows.Query(Backup, "SELECT count(*) FROM transacoes");
        Assert.InRange(saved, before, after);

        var restored = Run("restore", Backup);

        Assert.Equal(0, restored.Code);
        var aside = Assert.Single(Directory.GetFiles(_directory.FullPath, "rinha.db.before-restore-*"));
        Assert.Contains(aside, restored.Output, StringComparison.Ordinal);
        load.AssertKept(aside);
        LedgerRows.AssertBalanced(aside);
        Assert.Equal(saved, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
        using var server = Start();
        using var connection = server.Connect();
        connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
        AssertVerified(Database);
        Assert.Equal(saved + 1, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void What_is_there_is_never_overwritten()
    {
        SampleLedger.Make(Database);
        File.WriteAllText(Backup, "mine");

        AssertRefused("is there already", Run("backup", Backup));

        Assert.Equal("mine", File.ReadAllText(Backup));
        AssertAlone(Backup);
    }

    [Fact]
    public void Without_a_ledger_there_is_nothing_to_back_up_and_nothing_is_made()
    {
        AssertRefused("there is no ledger at", Run("backup", Backup));

        Assert.Empty(Directory.GetFileSystemEntries(_directory.FullPath));
    }

    [Fact]
    public void A_damaged_ledger_gives_no_backup_and_says_what_is_wrong()
    {
        SampleLedger.Make(Database);
        SampleLedger.Damage(Database, "UPDATE clientes SET saldo = saldo + 1 WHERE id = 1");

        var exit = Run("backup", Backup);

        Assert.Equal(1, exit.Code);
        Assert.Contains("balance: client 1", exit.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory.FullPath, "copy.db*"));
    }

    [Fact]
    public void A_second_backup_at_the_same_time_is_refused()
    {
        SampleLedger.Make(Database);
        using var other = new Gate(Database);
        Assert.True(other.TryBeginCheckpoint());

        AssertRefused("under way", Run("backup", Backup));
    }

    [Fact]
    public void A_ledger_in_use_is_not_replaced()
    {
        SampleLedger.Make(_directory.File("other.db"));
        using (var server = Start())
        {
            AssertRefused("stop every instance", Run("restore", _directory.File("other.db")));
            using var connection = server.Connect();
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
        }

        using var reader = Sqlite.LockedDatabase.Of(Database);
        AssertRefused("used by another program", Run("restore", _directory.File("other.db")));
        Assert.Equal(1, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
        Assert.Empty(Directory.GetFiles(_directory.FullPath, "*restor*"));
    }

    [Fact]
    public void A_damaged_backup_changes_nothing()
    {
        SampleLedger.Make(Database);
        var before = File.ReadAllBytes(Database);
        SampleLedger.Make(Backup);
        SampleLedger.Damage(Backup, "UPDATE clientes SET saldo = saldo + 1 WHERE id = 1");

        var exit = Run("restore", Backup);

        Assert.Equal(1, exit.Code);
        Assert.Contains("balance: client 1", exit.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Database));
        AssertAlone(Database, "-gate");
    }

    [Fact]
    public void Where_there_is_no_ledger_a_backup_becomes_one()
    {
        SampleLedger.Make(Backup);

        Assert.Equal(0, Run("restore", Backup).Code);

        using var server = Start();
        using var connection = server.Connect();
        var statement = connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk().Json;
        Assert.Equal(210, statement.Balance());
        Assert.Equal("kept", statement.Descriptions()[0]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database));
    }

    [Fact]
    public void A_ledger_that_cannot_be_read_is_kept_with_its_log()
    {
        SampleLedger.Make(Backup);
        File.WriteAllText(Database, "no database");
        File.WriteAllText(Database + "-wal", "no log");

        Assert.Equal(0, Run("restore", Backup).Code);

        var aside = Directory.GetFiles(_directory.FullPath, "rinha.db.before-restore-*").Order().ToArray();
        Assert.Equal(2, aside.Length);
        Assert.Equal("no database", File.ReadAllText(aside[0]));
        Assert.Equal("no log", File.ReadAllText(aside[1]));
        AssertVerified(Database);
        Assert.Equal(SampleLedger.Transactions, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void Another_programs_database_is_not_replaced()
    {
        SampleLedger.Make(Backup);
        using (var other = Rinha.Server.Sqlite.Database.Open(Database))
        {
            other.Execute("CREATE TABLE t (x)");
        }

        AssertRefused("another program's database", Run("restore", Backup));
    }

    [Theory]
    [InlineData("missing.db", "there is no backup at")]
    [InlineData("rinha.db", "is the ledger itself")]
    public void A_backup_that_is_none_is_refused(string name, string why)
    {
        SampleLedger.Make(Database);

        AssertRefused(why, Run("restore", _directory.File(name)));

        Assert.Equal(SampleLedger.Transactions, LedgerRows.Query(Database, "SELECT count(*) FROM transacoes"));
    }

    public void Dispose() => _directory.Dispose();

    private static void AssertRefused(string why, ServerExit exit)
    {
        Assert.Equal(2, exit.Code);
        Assert.Contains(why, exit.Error, StringComparison.Ordinal);
        Assert.Single(exit.Error.TrimEnd('\n').Split('\n'));
    }

    // But for what else is named: no log, no unfinished copy.
    private static void AssertAlone(string path, params string[] beside) => Assert.Equal(
        new[] { path }.Concat(beside.Select(suffix => path + suffix)),
        Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Order());

    private static void AssertVerified(string path)
    {
        var exit = ServerProcess.Run(["verify", path]);
        Assert.True(exit.Code == 0, exit.Output + exit.Error);
    }

    // Makes a backup while clients post, and then ends the server as a crash does: its log stays behind.
    private PostLoad RunUnderLoad(out int before, out int after)
    {
        using var server = Start();
        var load = new PostLoad(server.Connect, threads: 4, prefix: "b");
        load.AwaitAnswered(2000);
        before = load.Answered;
        var exit = Run("backup", Backup);
        load.AwaitAnswered(500);
        Assert.Equal(0, load.Refused);
        server.Kill();
        load.Stop();
        after = load.Answered + load.Refused;
        Assert.True(exit.Code == 0, exit.Output + exit.Error);
        return load;
    }

    private ServerExit Run(params string[] arguments) => ServerProcess.Run(arguments, ("DATABASE_URL", Database));

    private ServerProcess Start() => ServerProcess.Start(Database, _directory.File("api.sock"));
}
