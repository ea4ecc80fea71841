namespace Rinha.Server.Tests.EndToEnd;

// RINHA_ACCOUNTS: what a new ledger begins with.
public sealed class InitialAccountsTests : ServerTest
{
    private const string Variable = "RINHA_ACCOUNTS";

    private string Accounts => InDirectory("accounts");

    [Fact]
    public void A_new_ledger_has_the_files_accounts_and_an_existing_one_keeps_its_own()
    {
        File.WriteAllText(Accounts, "7 0\n999999999999999999 9007199254740991\n");
        using (var server = Start((Variable, Accounts)))
        {
            Assert.Equal(9_007_199_254_740_991, server.Post(
                999_999_999_999_999_999, 1, 'd', "x").AssertOk().Json.GetProperty("limite").GetInt64());
            server.Post(7, 1, 'd', "x").AssertProblem(422);
            server.Get("/clientes/1/extrato").AssertProblem(404);
        }

        using (Start((Variable, "none")))
        {
        }

        Assert.Equal(2, LedgerRows.Query(Ledger, "SELECT count(*) FROM clientes"));
    }

    [Fact]
    public void Create_makes_a_ledger_that_mode_rw_only_opens_and_never_replaces_one()
    {
        (string, string)[] settings = [("DATABASE_URL", Ledger + "?mode=rw"), (Variable, "none")];
        ServerProcess.Run(["create"], settings).AssertExit(0, Ledger);
        Assert.Equal(0, LedgerRows.Query(Ledger, "SELECT count(*) FROM clientes"));
        RunSuccessfully("accounts", "add", "7", "--limit", "5");

        ServerProcess.Run(["create"], settings).AssertRefused("there is a ledger");
        ServerProcess.Run(["verify"], settings).AssertSuccess();

        Assert.Equal(1, LedgerRows.Query(Ledger, "SELECT count(*) FROM clientes"));
        ServerProcess.Run(["create"], ("DATABASE_URL", "postgres://user@localhost/x")).AssertRefused("is not a file");
    }

    [Fact]
    public void PostgreSQL_begins_with_the_same()
    {
        File.WriteAllText(Accounts, "7 5\n8 0\n");
        using var postgres = new LedgerOnPostgres();
        using var empty = new LedgerOnPostgres();

        using (ServerProcess.Start(postgres.Url, Socket, (Variable, Accounts)))
        using (ServerProcess.Start(empty.Url, Socket + "2", (Variable, "none")))
        {
            Assert.Equal(7, postgres.Query("SELECT sum(id) FROM clientes WHERE limite = 5"));
            Assert.Equal(2, postgres.Query("SELECT count(*) FROM clientes"));
            Assert.Equal(0, empty.Query("SELECT count(*) FROM clientes"));
        }
    }

    [Theory]
    [InlineData("7", "line 1: expected an id")]
    [InlineData("7 1\n\n", "line 2: expected an id")]
    [InlineData("7 1\n0 1", "line 2: an account's id must be 1 to")]
    [InlineData("7 9007199254740992", "line 1: a limit must be 0 to")]
    [InlineData("7 1\n7 2", "line 2: account 7 is there twice")]
    [InlineData(null, "RINHA_ACCOUNTS: there is no file at")]
    public void An_invalid_file_stops_the_start_with_one_line_and_makes_no_ledger(string? text, string why)
    {
        if (text is not null)
        {
            File.WriteAllText(Accounts, text);
        }

        ServerProcess.Run([], [.. Settings, (Variable, Accounts)]).AssertRefused(why);

        Assert.Empty(Directory.GetFiles(InDirectory(""), Path.GetFileName(Ledger) + "*"));
    }
}
