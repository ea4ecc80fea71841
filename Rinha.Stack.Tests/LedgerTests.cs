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
        stack.Verb("ledger", "verify").AssertExit(0, "sound");
        File.AppendAllText(Path.Combine(stack.Data.FullPath, "rinha.env"), $"DATABASE_URL={backup}\n");
        stack.Verb("ledger", "restore", backup).AssertExit(2, "but DATABASE_URL names");
        File.Delete(Path.Combine(stack.Data.FullPath, "rinha.env"));
        stack.Run();

        Assert.Equal(700, stack.Balance());
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
    }
}
