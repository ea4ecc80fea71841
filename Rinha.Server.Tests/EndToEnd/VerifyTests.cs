namespace Rinha.Server.Tests.EndToEnd;

// The verify and checkpoint commands of the published binary.
public sealed class VerifyTests : ServerTest
{
    [Fact]
    public void Verify_exits_with_0_under_load_and_reports_its_counts_as_JSON()
    {
        using var server = Start();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "v");
        for (var round = 0; round < 5; round++)
        {
            load.AwaitAnswered(500);

            var report = JsonDocument.Parse(RunSuccessfully("verify", "--json").Output).RootElement;

            Assert.True(report.GetProperty("sound").GetBoolean());
            Assert.Equal(5, report.GetProperty("accounts").GetInt64());
            var transactions = report.GetProperty("transactions").GetInt64();
            Assert.Equal(transactions, report.GetProperty("balanceCents").GetInt64());
            Assert.True(transactions >= 500 * (round + 1));
            Assert.True(report.GetProperty("walBytes").GetInt64() > 0);
            Assert.True(report.GetProperty("oldest").GetDateTime() <= report.GetProperty("newest").GetDateTime());
            Assert.Empty(report.GetProperty("findings").EnumerateArray());
        }

        load.Stop();
        Assert.Equal(0, load.Refused);
    }

    [Fact]
    public void Verify_exits_with_1_and_a_line_for_each_finding()
    {
        SampleLedger.Make(Ledger);
        SampleLedger.Damage(Ledger, "UPDATE clientes SET saldo = saldo + 1 WHERE id < 3");

        var exit = Run("verify");

        Assert.Equal(1, exit.Code);
        Assert.Contains("2 findings", exit.Output, StringComparison.Ordinal);
        Assert.Contains(
            "balance: client 1: the balance is 211, the history adds up to 210", exit.Output, StringComparison.Ordinal);
        Assert.Contains("balance: client 2", exit.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Run("verify", Ledger, "--json").Output).RootElement;
        Assert.False(json.GetProperty("sound").GetBoolean());
        Assert.Equal(2, json.GetProperty("findingCount").GetInt64());
        Assert.Equal("balance", json.GetProperty("findings")[0].GetProperty("check").GetString());
    }

    [Fact]
    public void A_gap_in_key_numbers_is_only_a_warning_and_does_not_stop_a_backup()
    {
        SampleLedger.Make(Ledger);
        SampleLedger.Damage(Ledger, "DELETE FROM chaves WHERE chave = 'key-19'");
        const string warning = "warning: key-numbers: 3 keys have the numbers from 1 to 4";

        var verified = RunSuccessfully("verify").Output;
        Assert.Contains("rinha.db: sound\n", verified, StringComparison.Ordinal);
        Assert.Contains(warning, verified, StringComparison.Ordinal);

        var json = JsonDocument.Parse(RunSuccessfully("verify", "--json").Output).RootElement;
        Assert.True(json.GetProperty("sound").GetBoolean());
        Assert.Equal(0, json.GetProperty("findingCount").GetInt64());
        Assert.Equal("key-numbers", json.GetProperty("warnings")[0].GetProperty("check").GetString());

        var backup = RunSuccessfully("backup", InDirectory("backup.db")).Output;
        Assert.Contains(warning, backup, StringComparison.Ordinal);
        Assert.True(File.Exists(InDirectory("backup.db")));
    }

    [Fact]
    public void Verify_changes_nothing_not_even_what_a_crash_left_behind()
    {
        using (var server = Start())
        {
            server.Send(RawRequest.Credit).AssertOk();
            server.Kill();
        }

        var (database, wal) = (File.ReadAllBytes(Ledger), File.ReadAllBytes(Ledger + "-wal"));
        Assert.NotEmpty(wal);

        Assert.Contains("transactions  1\n", RunSuccessfully("verify").Output, StringComparison.Ordinal);

        Assert.Equal(database, File.ReadAllBytes(Ledger));
        Assert.Equal(wal, File.ReadAllBytes(Ledger + "-wal"));
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("backup", "copy.db")]
    public void Without_a_ledger_a_command_exits_with_2_and_creates_nothing(string command, params string[] files)
    {
        Run([command, .. files.Select(InDirectory)]).AssertRefused("there is no ledger at");

        Assert.Empty(Directory.GetFileSystemEntries(InDirectory("")));
    }

    [Fact]
    public void A_checkpoint_empties_the_WAL_under_load()
    {
        using var server = Start();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "c");
        load.AwaitAnswered(1000);

        Assert.Matches(@"[1-9][0-9,]* of [1-9][0-9,]* pages are in the database", RunSuccessfully("checkpoint").Output);

        load.Stop();
        Assert.Equal(0, load.Refused);
        Assert.Contains("the log has 0 bytes", RunSuccessfully("checkpoint").Output, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(Ledger + "-wal").Length);
        load.AssertKept(Ledger);
        LedgerRows.AssertBalanced(Ledger);
    }

    [Fact]
    public void A_checkpoint_blocked_by_a_reader_exits_with_1_and_says_so()
    {
        using var server = Start();
        using var reader = Database.Open(Ledger);
        reader.Execute("BEGIN");
        reader.QueryInt64("SELECT count(*) FROM clientes");
        server.Send(RawRequest.Credit).AssertOk();

        var exit = Run("checkpoint");

        Assert.Equal(1, exit.Code);
        Assert.Contains("a reader's snapshot", exit.Error, StringComparison.Ordinal);
        reader.Execute("COMMIT");
        RunSuccessfully("checkpoint");
    }
}
