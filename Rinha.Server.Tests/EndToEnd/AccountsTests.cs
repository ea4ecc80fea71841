namespace Rinha.Server.Tests.EndToEnd;

// The accounts command of the published binary while an instance runs.
public sealed class AccountsTests(AotBank bank) : IClassFixture<AotBank>
{
    [Fact]
    public void Instances_see_an_added_account_at_once()
    {
        bank.Get("/clientes/77/extrato").AssertProblem(404);

        var exit = Run("accounts", "add", "77", "--limit", "1500").AssertSuccess();

        Assert.Equal("1 added, each with a limit of 1500 cents\n", exit.Output);
        bank.Post(77, 1500, 'd', "all").AssertOk();
        bank.Post(77, 1, 'd', "more").AssertProblem(422);
    }

    [Fact]
    public void A_million_accounts_are_added_atomically_while_posts_go_on()
    {
        using var load = new PostLoad(bank.Connect, threads: 2, prefix: "m");
        load.AwaitAnswered(50);

        var exit = Run("accounts", "add", "1000001..2000000", "--limit", "0").AssertSuccess();

        Assert.Equal("1,000,000 added, each with a limit of 0 cents\n", exit.Output);
        load.AwaitAnswered(50);
        load.Stop();
        bank.Post(1_000_001, RawRequest.Body).AssertOk();
        bank.Post(2_000_000, RawRequest.Body).AssertOk();
        bank.Post(1_000_000, RawRequest.Body).AssertProblem(404);
        bank.Post(2_000_001, RawRequest.Body).AssertProblem(404);
        Run("accounts", "add", "2000000..2000009", "--limit", "0").AssertRefused("account 2000000 already exists");
        bank.Post(2_000_001, RawRequest.Body).AssertProblem(404);
        Run("verify").AssertSuccess();
    }

    [Fact]
    public void Accounts_are_listed_as_text_and_as_JSON()
    {
        Run("accounts", "add", "88", "--limit", "9007199254740991").AssertSuccess();
        bank.Post(88, 5, 'c', "credit").AssertOk();

        Assert.Matches(@"\n +88 +9007199254740991 +5 +1\n", Run("accounts", "list").Output);
        var listed = JsonDocument.Parse(Run("accounts", "list", "--json").Output).RootElement.EnumerateArray().ToList();
        Assert.Equal([1, 2, 3, 4, 5], listed.Take(5).Select(account => account.GetProperty("id").GetInt64()));
        var added = listed.Single(account => account.GetProperty("id").GetInt64() == 88);
        Assert.Equal(9_007_199_254_740_991, added.GetProperty("limitCents").GetInt64());
        Assert.Equal(5, added.GetProperty("balanceCents").GetInt64());
        Assert.Equal(1, added.GetProperty("transactions").GetInt64());
    }

    [Fact]
    public void A_new_limit_is_in_force_at_once_and_never_below_the_debt()
    {
        Run("accounts", "add", "99", "--limit", "100").AssertSuccess();
        bank.Post(99, 100, 'd', "debit").AssertOk();

        Run("accounts", "set-limit", "90..99", "--limit", "99").AssertRefused("account 99 has a balance of -100 cents");
        bank.Post(99, 1, 'd', "debit").AssertProblem(422);
        Run("accounts", "set-limit", "99", "--limit", "101").AssertSuccess();
        Assert.Equal(101, bank.Post(99, 1, 'd', "debit").AssertOk().Json.GetProperty("limite").GetInt64());
        Run("accounts", "set-limit", "98", "--limit", "1").AssertRefused("there is no account 98");
    }

    [Fact]
    public void The_commands_do_the_same_in_PostgreSQL()
    {
        using var postgres = new LedgerOnPostgres();
        Assert.Equal(PostResult.Accepted, postgres.Ledger.Credit(1, 5).Result);
        Assert.Equal(
            PostResult.LimitExceeded, postgres.Ledger.Post(4, TransactionKind.Debit, 10_000_001, "x", "key").Result);
        postgres.Ledger.Debit(2, 100);

        AssertAccounts(
            arguments => ServerProcess.Run(["accounts", .. arguments.Split(' ')], ("DATABASE_URL", postgres.Url)));
    }

    [Fact]
    public void Accounts_are_shown_changed_by_ranges_and_closed_unless_they_have_a_history()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("rinha.db");
        using (var ledger = LedgerExtensions.OpenLedger(path))
        {
            ledger.Credit(1, 5);
            ledger.Post(4, TransactionKind.Debit, 10_000_001, "x", "key");
            ledger.Debit(2, 100);
        }

        AssertAccounts(arguments => ServerProcess.Run(["accounts", .. arguments.Split(' ')], ("DATABASE_URL", path)));
        ServerProcess.Run(["verify"], ("DATABASE_URL", path)).AssertSuccess();
    }

    [Theory]
    [InlineData("accounts add 0 --limit 1")]
    [InlineData("accounts add 1000000000000000000 --limit 1")]
    [InlineData("accounts add 6 --limit 9007199254740992")]
    [InlineData("accounts add 6 --limit -1")]
    [InlineData("accounts add 6 --limit 1.5")]
    [InlineData("accounts add 6")]
    [InlineData("accounts add 6.. --limit 1")]
    [InlineData("accounts add 9..8 --limit 1")]
    [InlineData("accounts add 1..1000001 --limit 1")]
    [InlineData("accounts add 5 --limit 1")]
    [InlineData("accounts add 4..9 --limit 1")]
    [InlineData("accounts set-limit 1 --limit x")]
    [InlineData("accounts set-limit one --limit 1")]
    [InlineData("accounts set-limit 6..9 --limit 1")]
    [InlineData("accounts set-limit 5")]
    [InlineData("accounts list 2..1")]
    [InlineData("accounts show 6")]
    [InlineData("accounts close 6")]
    [InlineData("accounts close 6..7")]
    [InlineData("accounts")]
    [InlineData("accounts remove 1")]
    public void An_invalid_command_is_refused_in_one_line_and_changes_nothing(string command)
    {
        Run(command.Split(' ')).AssertRefused("");

        bank.Get("/clientes/6/extrato").AssertProblem(404);
        Assert.Equal(500_000, LedgerRows.Query(bank.DatabasePath, "SELECT limite FROM clientes WHERE id = 5"));
    }

    // On a ledger where account 1 has a transaction, 2 a debt, and 4 only a key.
    private static void AssertAccounts(Func<string, CommandExit> run)
    {
        Assert.Equal(
            """{"id":1,"limitCents":100000,"balanceCents":5,"transactions":1}""" + "\n",
            run("show 1 --json").AssertSuccess().Output);
        Assert.Matches("(?s)limit +80000 cents.*balance +-100 cents.*transactions +1", run("show 2").Output);
        Assert.Equal(
            "2 changed, each with a limit of 7 cents\n", run("set-limit 4..9 --limit 7").AssertSuccess().Output);
        run("set-limit 1..5 --limit 99").AssertRefused("account 2 has a balance of -100 cents, below minus the limit");
        Assert.Equal(
            [1, 2, 3],
            JsonDocument.Parse(run("list 1..3 --json").Output).RootElement.EnumerateArray()
                .Select(account => account.GetProperty("id").GetInt64()));
        Assert.Contains("\"limitCents\":7,", run("show 4 --json").Output, StringComparison.Ordinal);
        Assert.Equal(
            new CommandExit(0, "[]\n", "Rinha.Server: there is no account in 70..80\n"), run("list 70..80 --json"));
        run("close 1").AssertRefused("it has 1 transactions");
        run("close 4").AssertRefused("it has idempotency keys");
        run("close 5").AssertSuccess();
        run("close 5").AssertRefused("there is no account 5");
        run("show 5").AssertRefused("there is no account 5");
        run("add 5 --limit 1").AssertSuccess();
    }

    private CommandExit Run(params string[] arguments) =>
        ServerProcess.Run(arguments, ("DATABASE_URL", bank.DatabasePath));
}
