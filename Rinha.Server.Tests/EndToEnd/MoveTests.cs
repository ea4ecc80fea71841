namespace Rinha.Server.Tests.EndToEnd;

// The export and import commands of the published binary.
public sealed class MoveTests : ServerTest
{
    private string Export => InDirectory("ledger.jsonl");

    private string Copy => InDirectory("copy.db");

    [Fact]
    public void A_ledger_moves_to_PostgreSQL_and_back_and_stays_the_same()
    {
        using var postgres = new LedgerOnPostgres();
        Fill();
        RunSuccessfully("export", Export);

        Import(postgres.Url, Export).AssertSuccess();
        var moved = ServerProcess.Run(["export"], ("DATABASE_URL", postgres.Url)).AssertSuccess().Output;
        File.WriteAllText(InDirectory("back.jsonl"), moved);
        Import(Copy, InDirectory("back.jsonl")).AssertSuccess();
        var back = ServerProcess.Run(["export"], ("DATABASE_URL", Copy)).AssertSuccess().Output;

        Assert.Equal(RowsOf(File.ReadAllText(Export)), RowsOf(moved));
        Assert.Equal(RowsOf(File.ReadAllText(Export)), RowsOf(back));
        LedgerRows.AssertBalanced(Copy);
        postgres.AssertBalanced();
        using (var copy = LedgerExtensions.OpenLedger(Copy))
        {
            AssertServes(copy);
        }

        AssertServes(postgres.Ledger);
        ServerProcess.Run(["verify"], ("DATABASE_URL", postgres.Url)).AssertSuccess();
        Import(postgres.Url, Export).AssertRefused("has transactions");
        Import(Copy, Export).AssertRefused("has transactions");
    }

    [Fact]
    public void An_export_under_load_is_one_snapshot_and_a_ledger_in_use_is_not_replaced()
    {
        using var server = Start();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "x");
        load.AwaitAnswered(500);
        RunSuccessfully("export", Export);
        load.AwaitAnswered(1000);
        load.Stop();
        Run("export", Export).AssertRefused("already exists");
        Run("import", Export).AssertRefused("stop every instance");

        Import(Copy, Export).AssertSuccess();

        LedgerRows.AssertBalanced(Copy);
        Assert.InRange(LedgerRows.Query(Copy, "SELECT count(*) FROM transacoes"), 500, load.Answered);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Export) | File.GetUnixFileMode(Copy));
    }

    [Theory]
    [InlineData("", "", 2, "is not an export of a ledger")]
    [InlineData("\"version\":1", "\"version\":2", 2, "has version 2 of the format")]
    [InlineData("credit\"", "Credit\"", 1, "was changed after the export")]
    [InlineData("\"balanceCents\":200", "\"balanceCents\":201", 1, "was changed after the export")]
    [InlineData("\"seq\":9,", "\"seq\":10,", 1, "out of order")]
    [InlineData("\"seq\":9,", "\"sequence\":9,", 1, "line 15: not a line of an export")]
    [InlineData("\"valor\":9,", "\"valor\":9.5,", 1, "line 15: not a line of an export")]
    [InlineData("\"descricao\":\"kept\"", "\"descricao\":\"kept kept kept\"", 1, "descricao is invalid")]
    [InlineData("\"chave\"", "\"valor\"", 1, "not a line of an export")]
    [InlineData("\n{\"accounts\"", "\0", 1, "is cut off at line 34")]
    public void A_changed_or_cut_off_export_is_refused_in_one_line_and_leaves_nothing(
        string text, string changed, int exitCode, string why)
    {
        SampleLedger.Make(Ledger);
        RunSuccessfully("export", Export);
        var lines = File.ReadAllText(Export);
        File.WriteAllText(Export, text.Length == 0 ? "" : lines.Replace(text, changed).Split('\0')[0]);

        foreach (var url in Targets())
        {
            var exit = Import(url, Export);

            Assert.Equal(exitCode, exit.Code);
            Assert.Contains(why, exit.Error, StringComparison.Ordinal);
            Assert.Equal(exit.Error.Length - 1, exit.Error.IndexOf('\n', StringComparison.Ordinal));
        }

        Assert.False(File.Exists(Copy));
        Assert.Empty(Directory.GetFiles(InDirectory(""), "*restoring*"));
    }

    // Its checksum is right, since an export does not audit.
    [Fact]
    public void An_export_of_a_damaged_ledger_is_not_imported()
    {
        SampleLedger.Make(Ledger);
        SampleLedger.Damage(Ledger, "UPDATE clientes SET saldo = saldo + 1 WHERE id = 1");
        RunSuccessfully("export", Export);

        foreach (var url in Targets())
        {
            var exit = Import(url, Export);

            Assert.Equal(1, exit.Code);
            Assert.Contains("balance: client 1: the balance is 211", exit.Output, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Copy));
    }

    [Fact]
    public void An_empty_ledger_is_replaced_and_kept()
    {
        SampleLedger.Make(Ledger);
        RunSuccessfully("export", Export);
        LedgerExtensions.OpenLedger(Copy).Dispose();
        ServerProcess.Run(["accounts", "add", "9", "--limit", "1"], ("DATABASE_URL", Copy)).AssertSuccess();

        Import(Copy, Export).AssertSuccess();

        Assert.Equal(0, LedgerRows.Query(Copy, "SELECT count(*) FROM clientes WHERE id = 9"));
        var previous = Assert.Single(Directory.GetFiles(InDirectory(""), "copy.db.before-restore-*"));
        Assert.Equal(1, LedgerRows.Query(previous, "SELECT count(*) FROM clientes WHERE id = 9"));
    }

    private static CommandExit Import(string url, string file) =>
        ServerProcess.Run(["import", file], ("DATABASE_URL", url));

    // All but the header, which has the kind and the time, and the checksum.
    private static string RowsOf(string export) =>
        export[export.IndexOf('\n', StringComparison.Ordinal)..export.IndexOf("\"sha256\"", StringComparison.Ordinal)];

    // The copy goes on where the original was.
    private static void AssertServes(ILedger ledger)
    {
        Assert.Equal(210 + 130, ledger.Statement(1).BalanceCents);
        var replay = ledger.Post(1, TransactionKind.Credit, 20, "kept", "key-20");
        Assert.Equal((PostResult.Accepted, true), (replay.Result, replay.IsReplay));
        Assert.NotEqual(0, replay.Sequence); // For its Location.
        Assert.Equal(210 + 130, ledger.Statement(1).BalanceCents);
        Assert.Equal(PostResult.KeyReused, ledger.Post(1, TransactionKind.Credit, 21, "kept", "key-20").Result);
        Assert.True(RefuseWithTheSameKey(ledger).IsReplay);
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 5, "after").Result);
        Assert.Equal(345, ledger.Statement(1).BalanceCents);
        Assert.Equal(["after", "credit"], ledger.Statement(1).Texts().Take(2));
    }

    private static WriteOutcome RefuseWithTheSameKey(ILedger ledger) =>
        ledger.Post(4, TransactionKind.Debit, Limits.AmountCentsMax, "refused", "key-20");

    // Unusual texts, refusals, a key of two accounts, and an account with marks.
    private void Fill()
    {
        SampleLedger.Make(Ledger);
        using var ledger = LedgerExtensions.OpenLedger(Ledger);
        Assert.Equal(PostResult.LimitExceeded, RefuseWithTheSameKey(ledger).Result);
        for (var number = 0; number < 130; number++)
        {
            Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1).Result);
        }
    }

    // A free file, a database without tables, and an empty PostgreSQL ledger.
    private IEnumerable<string> Targets()
    {
        yield return Copy;
        using var bare = new LedgerOnPostgres();
        yield return bare.Url;
        Assert.Equal(0, bare.Query($"SELECT count(*) FROM pg_tables WHERE schemaname = '{bare.Schema}'"));
        using var postgres = new LedgerOnPostgres();
        _ = postgres.Ledger;
        yield return postgres.Url;
        Assert.Equal(5, postgres.Query("SELECT count(*) FROM clientes WHERE saldo = 0 AND ultima_seq = 0"));
        Assert.Equal(0, postgres.Query("SELECT count(*) FROM transacoes"));
    }
}
