namespace Rinha.Stack.Tests;

// A stack's start and stop, its refusals, and the death of its parts and its supervisor.
public sealed class LifecycleTests
{
    [Fact]
    public void Without_limits_it_prints_a_warning()
    {
        using var stack = new TestBank();
        stack.Run("--floor", "--no-limits").AssertExit(0, "NO LIMIT is in force");
        Assert.Null(stack.Instance.State.Cgroup);
    }

    [Fact]
    public void A_second_stack_on_the_same_directory_or_port_is_refused()
    {
        using var stack = TestBank.Start("--floor");
        using var other = new TestBank();
        RinhaCommand.Run("run", "--floor", "--data", stack.Data.FullPath, "--port", $"{other.Port}")
            .AssertExit(1, "a stack is already running on ");
        RinhaCommand.Run("run", "--floor", "--data", other.Data.FullPath, "--port", $"{stack.Port}").AssertExit(
            1, $"port {stack.Port} is taken by the stack on {stack.Data.FullPath}");
        Assert.False(File.Exists(other.Data.RunFile("state")));
        Assert.True(stack.Answers(), "the first stack must be undisturbed");
    }

    [Fact]
    public void A_port_of_another_program_is_refused_with_its_name()
    {
        using var stack = new TestBank();
        using var listener = new System.Net.Sockets.TcpListener(stack.EndPoint);
        listener.Start();
        stack.TryRun([], "--floor").AssertExit(1, $", pid {Environment.ProcessId}");
    }

    [Fact]
    public void After_a_killed_supervisor_the_stack_serves_until_the_next_run_stops_it()
    {
        using var stack = TestBank.Start();
        var before = stack.Instance;
        var processes = stack.AllProcesses();
        KillSupervisor(stack);
        Assert.True(stack.Answers(), "the stack must outlive its supervisor");
        stack.Verb("status").AssertExit(3, "the supervisor of ");
        stack.Verb("restart").AssertExit(1, "was killed");
        stack.Run().AssertExit(0, "stopping what a killed supervisor left behind");
        Assert.All(processes, pid => Assert.False(ProcessIdentity.Of(pid).IsAlive));
        Assert.False(Directory.Exists(before.State.Sockets));
        Assert.All(before.State.Cgroup?.Directories ?? [], directory => Assert.False(Directory.Exists(directory)));
    }

    [Fact]
    public void Stop_ends_what_a_killed_supervisor_left_behind()
    {
        using var stack = TestBank.Start("--stack", "caddy-postgres");
        var before = stack.Instance;
        var processes = stack.AllProcesses();
        KillSupervisor(stack);
        stack.Verb("stop").AssertExit(0, "stopped what a killed supervisor left behind");
        stack.AssertGone(before, processes);
    }

    [Fact]
    public void A_server_that_cannot_start_is_reported_in_one_line()
    {
        using var stack = new TestBank();
        Directory.CreateDirectory(stack.Data.LedgerFile);
        stack.TryRun([]).AssertExit(2, "api01 could not start (exit status 2): Rinha.Server: ");
        RinhaCommand.Run("run", "--data", stack.Data.FullPath, "--port", $"{stack.Port}")
            .AssertExit(2, "api01 could not start (exit status 2): Rinha.Server: ");
        Assert.False(File.Exists(stack.Data.RunFile("state")));
        var missing = stack.Scratch("typo.db");
        var refused = stack.TryRun([("DATABASE_URL", missing + "?mode=rw")]).AssertExit(
            2, $"(exit status 2): Rinha.Server: there is no ledger at {missing}");
        Assert.Equal("", refused.Output);
    }

    [Theory]
    [InlineData("nginx-sqlite", "10 many")] // Refused before the ledger moves.
    [InlineData("nginx-sqlite", "10 99999999999999999")] // Refused by the server.
    [InlineData("nginx-postgres", "10 99999999999999999")]
    public void A_fresh_start_that_fails_changes_nothing(string name, string account)
    {
        using var stack = TestBank.Start("--stack", name);
        stack.Post(1).AssertOk();
        stack.Verb("stop");
        stack.Run("--stack", name, "--fresh");
        stack.Post(2).AssertOk();
        stack.Verb("stop");
        string[] Former() => [.. Directory.GetFileSystemEntries(stack.Data.FullPath, "*.before-fresh-*").Order()];
        var before = Former();
        Assert.NotEmpty(before);
        File.WriteAllText(stack.Scratch("accounts"), account + "\n");
        var failed = stack.TryRun([], "--stack", name, "--fresh", "--accounts", stack.Scratch("accounts"))
            .AssertExit(2, "accounts, line 1: ");
        Assert.DoesNotContain("ledger", failed.Output);
        Assert.Equal(before, Former());
        stack.Run("--stack", name);
        Assert.Equal(2, stack.Balance());
    }

    [Fact]
    public void Fresh_keeps_one_former_ledger_with_transactions_and_deletes_an_empty_one()
    {
        using var stack = TestBank.Start();
        string[] Former() => Directory.GetFiles(stack.Data.FullPath, "rinha.db.before-fresh-*Z");
        stack.Verb("stop");
        Assert.DoesNotContain("former", stack.Run("--fresh").Output);
        Assert.Empty(Former());
        foreach (var cents in (int[])[1, 2])
        {
            stack.Post(cents).AssertOk();
            // With its log unmerged.
            StackLayout.Apis.ToList().ForEach(stack.Kill);
            stack.Instance.State.Supervisor.Send(Signal.Kill);
            stack.Verb("stop");
            var output = stack.Run("--fresh").Output;
            Assert.Contains(
                $"the former ledger is now {Assert.Single(Former())}\nnew ledger at {stack.Data.LedgerFile}\n", output);
            Assert.Equal(0, stack.Balance());
        }

        stack.Verb("stop");
        stack.TryRun([("DATABASE_URL", Assert.Single(Former()))]).AssertExit(0, "up: ");
        Assert.Equal(2, stack.Balance());
        using var other = new TestBank();
        other.TryRun([("DATABASE_URL", stack.Data.LedgerFile)]).AssertExit(0, "up: ");
        stack.Verb("stop");
        File.Delete(Path.Combine(stack.Data.FullPath, "ledger"));
        stack.TryRun([], "--fresh").AssertExit(2, $"{stack.Data.LedgerFile} is in use by process ");
    }

    [Fact]
    public void A_ledger_that_was_moved_away_is_not_replaced_by_an_empty_one()
    {
        using var stack = TestBank.Start();
        stack.Post(1).AssertOk();
        var (ledger, moved) = (stack.Data.LedgerFile, stack.Scratch("moved"));
        File.Move(ledger, moved);
        Wait.Until(
            () => stack.Verb("status").Error.Contains("(writes-failing), api02 (", StringComparison.Ordinal),
            "the servers miss their ledger");
        stack.Verb("restart").AssertExit(1, "is writes-failing, so api01 was not replaced");
        stack.Kill("api01"); // A start by the supervisor makes no ledger either.
        stack.Verb("stop");
        stack.TryRun([]).AssertExit(2, $"{ledger}, is missing: ");
        Assert.False(File.Exists(ledger));

        // As a killed start with --fresh leaves it.
        var aside = ledger + ".before-fresh-20261130T000000.000Z";
        File.Move(moved, aside);
        if (File.Exists(ledger + "-wal"))
        {
            File.Move(ledger + "-wal", aside + "-wal");
        }

        File.WriteAllText(Path.Combine(stack.Data.FullPath, "ledger"), aside);
        stack.Run();
        Assert.Equal(1, stack.Balance());
        Assert.False(File.Exists(aside));

        // Killed before it renamed the ledger, but not the file beside it.
        stack.Verb("stop");
        File.Move(ledger + "-gate", aside + "-gate");
        File.WriteAllText(Path.Combine(stack.Data.FullPath, "ledger"), aside);
        stack.Verb("ledger", "verify").AssertExit(0, $"{ledger}: sound");
        Assert.False(File.Exists(aside + "-gate"));
        stack.Run();
        Assert.Equal(1, stack.Balance());
    }

    [Fact]
    public void A_start_on_a_full_disk_says_so()
    {
        using var stack = new TestBank();
        Directory.CreateDirectory(stack.Data.FullPath);
        var isMounted = Tool.Run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", stack.Data.FullPath]).Succeeded;
        Assert.SkipUnless(isMounted, "no file system can be mounted here");
        try
        {
            stack.TryRun([], "--floor").AssertExit(1, $"rinha: the disk of {stack.Data.FullPath} is full\n");
        }
        finally
        {
            Tool.Run(["umount", stack.Data.FullPath]).OrThrow("umount");
        }
    }

    [Fact]
    public void Fresh_deletes_the_ledger_and_nothing_else()
    {
        using var stack = new TestBank();
        Directory.CreateDirectory(stack.Data.FullPath);
        File.WriteAllText(stack.Data.LedgerFile + "-wal", "old");
        File.WriteAllText(stack.Data.LedgerFile + "x", "");
        stack.Run("--fresh");
        Assert.NotEqual("old", File.ReadAllText(stack.Data.LedgerFile + "-wal"));
        Assert.True(File.Exists(stack.Data.LedgerFile + "x"));
    }

    [Fact]
    public void Without_a_directory_a_verb_acts_on_the_only_running_stack()
    {
        using var stack = new TestBank();
        using var other = new TestBank();
        // A private temporary directory hides other stacks of this machine.
        var temporary = new[] { ("TMPDIR", stack.Scratch("t")) };
        Directory.CreateDirectory(stack.Scratch("t"), (UnixFileMode)0b111_001_001);
        RinhaCommand.Run(temporary, "status").AssertExit(3, "not running: ");
        stack.TryRun(temporary, "--floor").AssertExit(0, "up: ");
        RinhaCommand.Run(temporary, "status").AssertExit(0, $"on {stack.Data.FullPath}\n");

        other.TryRun(temporary, "--floor").AssertExit(0, "up: ");
        var several = RinhaCommand.Run(temporary, "stop").AssertExit(2, "--data");
        Assert.Contains(stack.Data.FullPath, several.Error, StringComparison.Ordinal);
        Assert.Contains(other.Data.FullPath, several.Error, StringComparison.Ordinal);

        other.Verb("stop").AssertExit(0, "stopped: ");
        RinhaCommand.Run(temporary, "stop").AssertExit(0, $"stopped: {stack.Data.FullPath}");
    }

    [Fact]
    public void A_link_of_another_user_is_ignored()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can chown");
        using var stack = new TestBank();
        var temporary = new[] { ("TMPDIR", stack.Scratch("t")) };
        Directory.CreateDirectory(stack.Scratch("t"), (UnixFileMode)0b111_001_001);
        stack.TryRun(temporary, "--floor").AssertExit(0, "up: ");
        var link = Path.Combine(stack.Instance.State.Sockets, "data");
        Tool.Run(["chown", "--no-dereference", "nobody", link]);
        RinhaCommand.Run(temporary, "status").AssertExit(3, "not running");
        Tool.Run(["chown", "--no-dereference", "root", link]);
        RinhaCommand.Run(temporary, "status").AssertExit(0, "running: ");
    }

    [Fact]
    public void On_a_full_disk_a_server_is_restarted_and_status_shows_it()
    {
        using var stack = new TestBank();
        Directory.CreateDirectory(stack.Data.Run);
        var isMounted = Tool.Run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", stack.Data.Run]).Succeeded;
        Assert.SkipUnless(isMounted, "no file system can be mounted here");
        try
        {
            stack.Run();
            Assert.False(Tool.Run(["dd", "if=/dev/zero", $"of={stack.Data.RunFile("filler")}"]).Succeeded);
            stack.Kill("api01");
            stack.AwaitRestart("api01", 1);
            Wait.Until(() => stack.Verb("status").Code == 0, "both servers are healthy");
            stack.Verb("stop").AssertExit(0, "stopped: ");
        }
        finally
        {
            stack.Verb("stop");
            Tool.Run(["umount", stack.Data.Run]).OrThrow("umount");
        }
    }

    [Fact]
    public void An_unusable_data_directory_is_reported_in_one_line()
    {
        using var stack = new TestBank();
        File.WriteAllText(stack.Data.FullPath, "");
        stack.TryRun([], "--floor").AssertExit(1, $"{stack.Data.FullPath} cannot be used as the data directory: ");
    }

    private static void KillSupervisor(TestBank stack)
    {
        var supervisor = stack.Instance.State.Supervisor;
        supervisor.Send(Signal.Kill);
        Wait.Until(() => !supervisor.IsAlive, "the supervisor is dead");
    }
}
