using Rinha.Stack.Databases;

namespace Rinha.Stack.Tests;

// Each stack through its whole life: start, death of its parts, restart, stop, another split, a fresh ledger.
[Collection(RunsAlone.Name)]
public sealed class StacksTests
{
    private static readonly string[] s_backendPid =
        ["-At", "-c", "SELECT pid FROM pg_stat_activity WHERE usename = 'rinha' LIMIT 1"];

    [Theory]
    [InlineData("nginx-sqlite")]
    [InlineData("nginx-stream")]
    [InlineData("nginx-postgres")]
    [InlineData("caddy-postgres")]
    public void It_survives_deaths_restarts_and_a_stop(string name)
    {
        using var stack = TestBank.Start("--stack", name);
        var layout = stack.Instance.State.Layout;
        Assert.Contains("\"saldo\":700", stack.Post(700, description: "kept").AssertOk().Text);
        stack.Verb("status").AssertExit(0, $"running: http://127.0.0.1:{stack.Port} ({name}, ");
        var status = stack.Status();
        Assert.True(status.GetProperty("running").GetBoolean());
        Assert.Equal(
            layout.Processes,
            status.GetProperty("processes").EnumerateArray().Select(row => row.GetProperty("name").GetString()));
        stack.AssertLimited();
        // Limits on PostgreSQL's first process alone would prove nothing.
        Assert.True(!layout.HasPostgres || stack.Instance.ProcessesOf("db").Count > 4);

        stack.Kill("api01");
        Wait.Until(() => stack.Answers(), "the other server answers");
        stack.AwaitRestart("api01", 1);
        Assert.Contains(
            "api01 exited (killed by SIGKILL); restarting in 200 ms",
            File.ReadAllText(stack.Data.LogOf("supervisor")));
        stack.Kill(layout.Proxy.Name);
        stack.AwaitRestart(layout.Proxy.Name, 1);
        Wait.Until(() => stack.Answers(), "the proxy answers again");
        stack.Verb("restart").AssertExit(0, "api02 replaced");
        Wait.Until(() => stack.Answers(), "the bank answers after the restart");
        Assert.Equal(700, stack.Balance());

        var before = stack.Instance;
        var processes = stack.AllProcesses();
        stack.Verb("stop").AssertExit(0, "stopped: ");
        stack.AssertGone(before, processes);
        stack.Verb("status").AssertExit(3, "not running");
        stack.Verb("stop").AssertExit(0, "no stack is running on ");
        stack.Run("--stack", name, "--split", "tuned");
        stack.AssertLimited();
        stack.Post(1, "d").AssertOk();
        Assert.Equal(699, stack.Balance());
        stack.Verb("stop");
        stack.Run("--stack", name, "--fresh");
        Assert.Equal(0, stack.Balance());
    }

    // Without the label, SELinux denies containers the mounted files. Compose on Windows splits lists at semicolons.
    [Fact]
    public void Mounts_are_labelled_and_lists_of_compose_files_name_their_separator()
    {
        var mounts = Directory.GetFiles(Repository.PathOf("stacks"), "compose*.yaml", SearchOption.AllDirectories)
            .Append(Repository.PathOf("compose.yaml")).SelectMany(File.ReadLines)
            .Where(line => line.TrimStart().StartsWith("- ./", StringComparison.Ordinal));
        var lists = Directory.GetFiles(Repository.PathOf("stacks"), "*.env", SearchOption.AllDirectories)
            .Select(File.ReadAllLines).Where(lines => lines.Any(line => line.StartsWith("COMPOSE_FILE=")));

        Assert.NotEmpty(mounts);
        Assert.All(mounts, mount => Assert.EndsWith(",z", mount, StringComparison.Ordinal));
        Assert.NotEmpty(lists);
        Assert.All(lists, lines => Assert.Contains("COMPOSE_PATH_SEPARATOR=:", lines));
    }

    [Fact]
    public void A_killed_backend_and_a_killed_PostgreSQL_lose_nothing()
    {
        using var stack = TestBank.Start("--stack", "nginx-postgres");
        stack.Post(1).AssertOk();
        stack.Post(1).AssertOk();
        stack.Kill("db");
        // A connection's second use of a statement prepares it: here the connection is gone.
        Wait.Until(
            () => stack.Post(1).Status == 200 && stack.Post(1).Status == 200, "both servers have connected again");
        stack.AwaitRestart("db", 1);
        PostOnce(stack, "before");
        var balance = stack.Balance();
        var database = new PostgresCluster(
            PostgresPrograms.Find()!, stack.Data.Cluster, stack.Instance.State.DatabaseSockets);
        var backend = int.Parse(database.Psql(s_backendPid).Output.Trim());
        // PostgreSQL drops all connections and recovers from its log.
        ProcessTable.Kill([backend]);
        PostOnce(stack, "after");
        AwaitBalance(stack, balance + 1);
        Assert.DoesNotContain("SIGABRT", File.ReadAllText(stack.Data.LogOf("supervisor")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_PostgreSQL_cannot_reach_is_reported_in_one_line()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root starts PostgreSQL as another user");
        using var stack = new TestBank();
        File.SetUnixFileMode(Path.GetDirectoryName(stack.Data.FullPath)!, (UnixFileMode)0b111_000_000);
        stack.TryRun([], "--stack", "nginx-postgres")
            .AssertExit(1, $"the user postgres cannot reach {stack.Data.Cluster}.new");
    }

    [Fact]
    public void PostgreSQL_listens_only_on_its_socket_and_keeps_what_was_committed()
    {
        var programs = PostgresPrograms.Find();
        Assert.SkipWhen(programs is null, "no PostgreSQL");
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.FullPath, (UnixFileMode)0b111_001_001);
        var data = directory.File("cluster");
        var cluster = new PostgresCluster(programs!, data, directory.File("socket"));
        try
        {
            cluster.Start();
            Assert.Empty(PostgresCluster.ProcessesOf(data).SelectMany(ProcessTable.PortsOf));
            Assert.Equal(
                "on\non\nf\n",
                cluster.Psql(
                    "-At", "-c", "SHOW synchronous_commit", "-c", "SHOW fsync", "-c",
                    "SELECT rolsuper FROM pg_roles WHERE rolname = 'rinha'").Output);
            cluster.Psql("-q", "-c", "SELECT 1 AS one INTO kept").OrThrow("psql");
            cluster.Stop(isImmediate: true);
            Assert.Empty(PostgresCluster.ProcessesOf(data));

            cluster.Start();
            Assert.Equal("1\n", cluster.Psql("-At", "-c", "TABLE kept").Output);
        }
        finally
        {
            cluster.Stop();
        }

        Assert.Contains("shut down\n", programs!.Run("pg_controldata", [data]).Output);
    }

    // Posts one cent until it is accepted; the key makes retries safe.
    private static void PostOnce(TestBank stack, string description) => Wait.Until(
        () => stack.Post(1, "c", description, $"Idempotency-Key: {description}").Status == 200,
        $"the post '{description}' is accepted");

    // A server that lost its connection may answer 503 until it has connected again.
    private static void AwaitBalance(TestBank stack, long cents) => Wait.Until(
        () => stack.Get(TestBank.Statement) is { Status: not 503 } answer
            && answer.AssertOk().Json.GetProperty("saldo").GetProperty("total").GetInt64() == cents,
        $"the statement is back, with {cents}");
}

// Tests that need the machine to themselves: they run after the others, one by one.
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
