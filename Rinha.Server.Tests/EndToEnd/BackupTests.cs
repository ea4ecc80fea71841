namespace Rinha.Server.Tests.EndToEnd;

// The backup and restore commands of the published binary.
public sealed class BackupTests : ServerTest
{
    private const string Damage = "UPDATE clientes SET saldo = saldo + 1 WHERE id = 1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Backup => InDirectory("copy.db");

    [Fact]
    public void A_backup_under_load_is_a_snapshot_and_can_be_restored()
    {
        using var load = RunUnderLoad(out var before, out var after);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Backup));
        AssertAlone(Backup);
        RunSuccessfully("verify", Backup);
        LedgerRows.AssertBalanced(Backup);
        var saved = LedgerRows.Query(Backup, "SELECT count(*) FROM transacoes");
        Assert.InRange(saved, before, after);

        var restored = RunSuccessfully("restore", Backup);

        var previous = Assert.Single(ReplacedFiles());
        Assert.Contains(previous, restored.Output, StringComparison.Ordinal);
        load.AssertKept(previous);
        LedgerRows.AssertBalanced(previous);
        Assert.Equal(saved, Transactions());
        using var server = Start();
        server.Send(RawRequest.Credit).AssertOk();
        RunSuccessfully("verify");
        Assert.Equal(saved + 1, Transactions());
    }

    [Fact]
    public void A_backup_never_overwrites_a_file()
    {
        SampleLedger.Make(Ledger);
        File.WriteAllText(Backup, "mine");

        Run("backup", Backup).AssertRefused("already exists");

        Assert.Equal("mine", File.ReadAllText(Backup));
        AssertAlone(Backup);
    }

    [Fact]
    public void A_backup_of_a_damaged_ledger_fails_and_lists_the_findings()
    {
        SampleLedger.Make(Ledger);
        SampleLedger.Damage(Ledger, Damage);

        AssertDamaged(Run("backup", Backup));

        Assert.Empty(Directory.GetFiles(InDirectory(""), "copy.db*"));
    }

    [Fact]
    public void A_damaged_backup_changes_nothing()
    {
        SampleLedger.Make(Ledger);
        var before = File.ReadAllBytes(Ledger);
        SampleLedger.Make(Backup);
        SampleLedger.Damage(Backup, Damage);

        AssertDamaged(Run("restore", Backup));

        Assert.Equal(before, File.ReadAllBytes(Ledger));
        AssertAlone(Ledger, "-gate");
    }

    [Fact]
    public void A_ledger_in_use_is_not_replaced()
    {
        SampleLedger.Make(Backup);
        using (var server = Start())
        {
            Run("restore", Backup).AssertRefused("stop every instance");
            server.Send(RawRequest.Credit).AssertOk();
        }

        using var reader = LedgerRows.Lock(Ledger);
        Run("restore", Backup).AssertRefused("used by another program");
        Assert.Equal(1, Transactions());
        Assert.Empty(Directory.GetFiles(InDirectory(""), "*restor*"));
    }

    [Fact]
    public void A_backup_can_be_restored_where_there_is_no_ledger()
    {
        SampleLedger.Make(Backup);

        RunSuccessfully("restore", Backup);

        using var server = Start();
        Assert.Equal(210, server.Statement(1).Balance());
        Assert.Equal("kept", server.Statement(1).Descriptions()[0]);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Ledger));
    }

    [Fact]
    public void A_ledger_that_cannot_be_read_is_kept_with_its_WAL()
    {
        SampleLedger.Make(Backup);
        File.WriteAllText(Ledger, "no database");
        File.WriteAllText(Ledger + "-wal", "no WAL");

        RunSuccessfully("restore", Backup);

        Assert.Equal(["no database", "no WAL"], ReplacedFiles().Order().Select(File.ReadAllText));
        RunSuccessfully("verify");
        Assert.Equal(SampleLedger.Transactions, Transactions());
    }

    [Fact]
    public void Another_programs_database_is_not_replaced()
    {
        SampleLedger.Make(Backup);
        using (var other = Database.Open(Ledger))
        {
            other.Execute("CREATE TABLE t (x)");
        }

        Run("restore", Backup).AssertRefused("another program's database");
    }

    [Theory]
    [InlineData("missing.db", "there is no backup at")]
    [InlineData("rinha.db", "is the ledger itself")]
    public void An_invalid_backup_path_is_refused(string name, string why)
    {
        SampleLedger.Make(Ledger);

        Run("restore", InDirectory(name)).AssertRefused(why);

        Assert.Equal(SampleLedger.Transactions, Transactions());
    }

    private static void AssertDamaged(CommandExit exit)
    {
        Assert.Equal(1, exit.Code);
        Assert.Contains("balance: client 1", exit.Output, StringComparison.Ordinal);
    }

    // Fails if anything else is beside the file: a WAL, an unfinished copy.
    private static void AssertAlone(string path, params string[] beside) => Assert.Equal(
        new[] { path }.Concat(beside.Select(suffix => path + suffix)),
        Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Order());

    private string[] ReplacedFiles() => Directory.GetFiles(InDirectory(""), "rinha.db.before-restore-*");

    // Makes a backup while clients post, then kills the server so that its WAL stays behind.
    private PostLoad RunUnderLoad(out int before, out int after)
    {
        using var server = Start();
        var load = new PostLoad(server.Connect, threads: 4, prefix: "b");
        load.AwaitAnswered(2000);
        before = load.Answered;
        RunSuccessfully("backup", Backup);
        load.AwaitAnswered(500);
        Assert.Equal(0, load.Refused);
        server.Kill();
        load.Stop();
        after = load.Answered + load.Refused;
        return load;
    }
}
