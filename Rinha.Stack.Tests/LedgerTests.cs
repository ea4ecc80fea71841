namespace Rinha.Stack.Tests;

// ledger: the server's commands on the ledger of a stack that runs or is stopped.
public sealed class LedgerTests
{
    [Fact]
    public void A_backup_puts_back_what_the_stack_then_serves()
    {
        using var stack = TestBank.Start();
        var backup = stack.Scratch("backup.db");
        stack.Post(700).AssertOk();
        stack.Verb("ledger", "backup", backup).AssertExit(0, "1 transactions");
        stack.Post(1).AssertOk();
        stack.Verb("ledger", "restore", backup).AssertExit(2, "stop every instance");

        stack.Verb("stop").AssertExit(0, "stopped: ");
        stack.Verb("ledger", "restore", backup).AssertExit(0, "1 transactions");
        stack.Verb("ledger", "verify").AssertExit(
            0, $"rinha: ledger {stack.Data.LedgerFile} of the stopped stack on {stack.Data.FullPath}\n");
        Assert.DoesNotContain("ledger ", stack.Verb("ledger", "verify", backup).AssertExit(0, "sound").Error);
        File.AppendAllText(Path.Combine(stack.Data.FullPath, "rinha.env"), $"DATABASE_URL={backup}\n");
        stack.Verb("ledger", "restore", backup).AssertExit(2, "but DATABASE_URL names");
        File.Delete(Path.Combine(stack.Data.FullPath, "rinha.env"));
        stack.Run();

        Assert.Equal(700, stack.Balance());
    }

    // A copy of the tool in another checkout, with a private temporary directory that hides other stacks.
    [Fact]
    public void A_stack_of_another_checkout_may_be_read_but_must_be_named_to_be_changed()
    {
        using var stack = new TestBank();
        var temporary = Directory.CreateDirectory(stack.Scratch("t"), (UnixFileMode)0b111_001_001).FullName;
        stack.TryRun([("TMPDIR", temporary)]).AssertExit(0, "up: ");
        var checkout = Directory.CreateDirectory(stack.Scratch("checkout/artifacts")).Parent!.FullName;
        File.WriteAllText(Path.Combine(checkout, "Rinha.slnx"), "");
        File.CreateSymbolicLink(Path.Combine(checkout, "stacks"), Testing.Repository.PathOf("stacks"));
        Tool.Run(["cp", "-r", Testing.Repository.PathOf("artifacts", "cli"), $"{checkout}/artifacts"]).OrThrow("cp");
        void AssertExit(int status, string text, params string[] arguments)
        {
            using var process = new TestProcess(
                ["dotnet", $"{checkout}/artifacts/cli/rinha.dll", .. arguments],
                [("TMPDIR", temporary), ("RINHA_DATA", "")]);
            process.AwaitExit().AssertExit(status, text);
        }

        var ledger = $"rinha: ledger {stack.Data.LedgerFile} of the running stack on {stack.Data.FullPath}\n";
        AssertExit(0, ledger, "ledger", "verify");
        AssertExit(0, ledger, "ledger", "accounts", "list");
        AssertExit(0, ledger, "ledger", "accounts", "add", "9", "--limit", "0", "--data", stack.Data.FullPath);
        var named = $"name it with --data {stack.Data.FullPath}";
        AssertExit(2, named, "ledger", "accounts", "close", "9");
        AssertExit(2, named, "ledger", "restore", "backup.db");
        AssertExit(2, named, "restart");
        AssertExit(2, named, "stop");
        // Its own directory comes first, though no stack runs there.
        File.WriteAllText(Path.Combine(Directory.CreateDirectory($"{checkout}/data").FullName, "rinha.env"), "X=\n");
        AssertExit(2, $"{checkout}/data/rinha.env, line 1", "ledger", "verify");
        Assert.Equal(0, stack.Balance());
    }

    [Fact]
    public void A_ledger_moves_from_a_stack_with_SQLite_to_one_with_PostgreSQL()
    {
        using var from = TestBank.Start();
        using var to = TestBank.Start("--stack", "nginx-postgres");
        var export = from.Scratch("ledger.jsonl");
        from.Post(700).AssertOk();
        from.Verb("ledger", "export", export).AssertExit(0, "5 accounts, 1 transactions and 0 keys");

        to.Verb("ledger", "import", export).AssertExit(0, "5 accounts, 1 transactions");

        Assert.Equal(700, to.Balance());
        to.Post(1).AssertOk();
        to.Verb("ledger", "verify").AssertExit(0, "transactions  2");
        to.Verb("ledger", "accounts", "show", "1").AssertExit(0, "balance       701 cents");
        to.Verb("ledger", "backup", export).AssertExit(2, "use pg_dump, or export and import");
        to.Verb("stop").AssertExit(0, "stopped: ");
        to.Verb("ledger", "verify").AssertExit(2, "is in PostgreSQL, which is not running");
        to.TryRun([]).AssertExit(2, $"was {to.Data.Cluster}: give --stack nginx-postgres again");
        File.WriteAllText(Path.Combine(to.Data.FullPath, "rinha.env"), "RINHA_STACK=nginx-postgres\n");
        to.Run();
        Assert.Equal(701, to.Balance());
        using var unstarted = new TestBank();
        Directory.CreateDirectory(unstarted.Data.FullPath);
        File.WriteAllText(Path.Combine(unstarted.Data.FullPath, "rinha.env"), "RINHA_STACK=nginx-postgres\n");
        unstarted.Verb("ledger", "import", export).AssertExit(2, "is in PostgreSQL, which is not running");
    }
}
