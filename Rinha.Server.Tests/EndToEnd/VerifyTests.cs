namespace Rinha.Server.Tests.EndToEnd;

/// <summary><c>verify</c> and <c>checkpoint</c> on the published binary.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("rinha.db");

    [Fact]
    public void It_is_0_while_instances_are_at_work_and_tells_programs_what_it_has_counted()
    {
        using var server = Start();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "v");
        for (var round = 0; round < 5; round++)
        {
            load.AwaitAnswered(500);
            var exit = Run("verify", "--json");

            Assert.True(exit.Code == 0, exit.Output + exit.Error);
            var report = JsonDocument.Parse(exit.Output).RootElement;
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
    public void It_is_1_with_a_line_for_each_thing_that_is_wrong()
    {
        SampleLedger.Make(Database);
        SampleLedger.Damage(Database, "UPDATE clientes SET saldo = saldo + 1 WHERE id < 3");

        var exit = Run("verify");

        Assert.Equal(1, exit.Code);
        Assert.Contains("2 wrong", exit.Output, StringComparison.Ordinal);
        Assert.Contains(
            "balance: client 1: the balance is 211, the history adds up to 210", exit.Output, StringComparison.Ordinal);
        Assert.Contains("balance: client 2", exit.Output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Run("verify", Database, "--json").Output).RootElement;
        Assert.False(json.GetProperty("sound").GetBoolean());
        Assert.Equal(2, json.GetProperty("findingCount").GetInt64());
        Assert.Equal("balance", json.GetProperty("findings")[0].GetProperty("check").GetString());
    }

    [Fact]
    public void Odd_key_numbers_alone_are_told_with_0_and_do_not_stop_a_backup()
    {
        SampleLedger.Make(Database);
        SampleLedger.Damage(Database, "DELETE FROM chaves WHERE chave = 'key-19'");
        const string warning = "warning: key-numbers: 3 keys have the numbers from 1 to 4";

        var exit = Run("verify");
        Assert.Equal(0, exit.Code);
        Assert.Contains("rinha.db: sound\n", exit.Output, StringComparison.Ordinal);
        Assert.Contains(warning, exit.Output, StringComparison.Ordinal);

        var json = JsonDocument.Parse(Run("verify", "--json").Output).RootElement;
        Assert.True(json.GetProperty("sound").GetBoolean());
        Assert.Equal(0, json.GetProperty("findingCount").GetInt64());
        Assert.Equal("key-numbers", json.GetProperty("warnings")[0].GetProperty("check").GetString());

        var backup = Run("backup", _directory.File("backup.db"));
        Assert.True(backup.Code == 0, backup.Output + backup.Error);
        Assert.Contains(warning, backup.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_directory.File("backup.db")));
    }

    [Fact]
    public void It_changes_nothing_not_even_what_a_crash_has_left()
    {
        using (var server = Start())
        {
            using var connection = server.Connect();
            connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();
            server.Kill();
        }

        var before = (File.ReadAllBytes(Database), File.ReadAllBytes(Database + "-wal"));
        Assert.NotEmpty(before.Item2);

        var exit = Run("verify");

        Assert.True(exit.Code == 0, exit.Output + exit.Error);
        Assert.Contains("transactions  1\n", exit.Output, StringComparison.Ordinal);
        Assert.Equal(before.Item1, File.ReadAllBytes(Database));
        Assert.Equal(before.Item2, File.ReadAllBytes(Database + "-wal"));
    }

    [Fact]
    public void Without_a_ledger_it_is_2()
    {
        var exit = Run("verify");

        Assert.Equal(2, exit.Code);
        Assert.Contains("there is no ledger at", exit.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.FullPath));
    }

    [Fact]
    public void A_checkpoint_empties_the_log_under_load()
    {
        using var server = Start();
        using var load = new PostLoad(server.Connect, threads: 4, prefix: "c");
        load.AwaitAnswered(1000);

        var exit = Run("checkpoint");

        Assert.True(exit.Code == 0, exit.Output + exit.Error);
        Assert.Matches(@"[1-9][0-9,]* of [1-9][0-9,]* pages are in the database", exit.Output);
        load.Stop();
        Assert.Equal(0, load.Refused);
        exit = Run("checkpoint");
        Assert.Contains("the log has 0 bytes", exit.Output, StringComparison.Ordinal);
        Assert.Equal(0, new FileInfo(Database + "-wal").Length);
        load.AssertKept(Database);
        LedgerRows.AssertBalanced(Database);
    }

    [Fact]
    public void A_checkpoint_that_a_reader_is_in_the_way_of_is_1_and_says_so()
    {
        using var server = Start();
        using var reader = Rinha.Server.Sqlite.Database.Open(Database);
        reader.Execute("BEGIN");
        reader.QueryInt64("SELECT count(*) FROM clientes");
        using var connection = server.Connect();
        connection.Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body)).AssertOk();

        var exit = Run("checkpoint");

        Assert.Equal(1, exit.Code);
        Assert.Contains("a reader needs", exit.Error, StringComparison.Ordinal);
        reader.Execute("COMMIT");
        Assert.Equal(0, Run("checkpoint").Code);
    }

    public void Dispose() => _directory.Dispose();

    private ServerExit Run(params string[] arguments) => ServerProcess.Run(arguments, ("DATABASE_URL", Database));

    private ServerProcess Start() => ServerProcess.Start(Database, _directory.File("api.sock"));
}
