using System.Text.RegularExpressions;
using Rinha.Stack.Supervision;

namespace Rinha.Stack.Tests;

// Settings in the environment, in DATA/rinha.env and by flag, under ./rinha run and in containers.
public sealed partial class SettingsTests
{
    private static readonly string s_page =
        File.ReadAllText(Testing.Repository.PathOf("docs", "operations", "settings.md"));

    private static readonly string s_compose = string.Join('\n', Directory
        .GetFiles(Testing.Repository.Root, "compose*.yaml")
        .Concat(Directory.GetFiles(Testing.Repository.PathOf("stacks"), "*.yaml", SearchOption.AllDirectories))
        .Select(File.ReadAllText));

    // Not for both: a container has volumes and published ports; PostgreSQL's own variables are in postgres.md.
    private static readonly string[] s_runOnly =
        ["RINHA_DATA", "RINHA_HOST", "RINHA_STACK", "PGPASSWORD", "PGPASSFILE"];

    [Fact]
    public void Every_documented_setting_is_one_of_run_and_of_Compose()
    {
        var documented = Row().Matches(s_page).SelectMany(row => Name().Matches(row.Value))
            .Select(name => name.Value).Except(RunSettings.ForOneServer).ToHashSet();
        var interpolated = Interpolated().Matches(s_compose).Select(name => name.Groups[1].Value).ToHashSet();
        Assert.Contains("RINHA_SYNCHRONOUS", documented);
        Assert.Superset(documented.Except(["RINHA_DATA"]).ToHashSet(), RunSettings.All.ToHashSet());
        Assert.Superset(documented.Except(s_runOnly).ToHashSet(), interpolated);
        // No undocumented ones.
        Assert.All(
            RunSettings.All.Union(interpolated).Except([.. s_runOnly, "GIT_COMMIT", "RINHA_DATABASE_WAIT"]),
            name => Assert.True(documented.Contains(name) || name.EndsWith("_CPUS") || name.EndsWith("_MEMORY")
                || name == "CADDY_HEAP", name));
    }

    [Fact]
    public void The_file_is_read_the_environment_wins_over_it_and_a_flag_over_both()
    {
        using var stack = new TestBank();
        var metrics = FreePort.Next();
        File.WriteAllLines(Settings(stack), [
            "# Comments and blank lines are allowed.", "", "RINHA_PORT=1", "RINHA_LIMIT=11", "RINHA_ENABLE_RESET=false",
            $"RINHA_METRICS_PORT={metrics.Port}", "RINHA_SYNCHRONOUS='FULL'", "RINHA_LOG_LEVEL=Debug",
            "RINHA_SLOW_REQUEST_MS=123", "RINHA_DRAIN_DELAY_MS=7", "API_CPUS=0.40", "RINHA_ACCOUNTS=none",
            "PGPASSWORD=hidden",
        ]);
        stack.TryRun(
            [("RINHA_LOG_LEVEL", "Information"), ("RINHA_LIMIT", "12"), ("API_PORT", "1")], "--limit", "500")
            .AssertExit(0, "API_PORT is ignored")
            .AssertExit(0, $"{Settings(stack)} holds a password, and other users may read it");

        var status = stack.Status();
        Assert.Equal(500, status.GetProperty("limit").GetInt32());
        Assert.Equal(metrics.Port, status.GetProperty("metricsPort").GetInt32());
        Assert.False(status.GetProperty("reset").GetBoolean());
        Assert.Equal(404, stack.Exchange(RawRequest.Post("/reset", "")).Status);
        using var connection = new RawConnection(metrics);
        Assert.Contains("rinha_build_info", connection.Exchange(RawRequest.Get("/api02/metrics")).Text);
        connection.Exchange(RawRequest.Get("/api02")).AssertProblem(404, "unknown-path");
        var start = JsonDocument.Parse(File.ReadLines(stack.Data.LogOf("api01")).First()).RootElement;
        Assert.Equal(
            ("Full", "Information", 123, 7),
            (start.GetProperty("synchronous").GetString(), start.GetProperty("log_level").GetString(),
                start.GetProperty("slow_request_ms").GetInt32(), start.GetProperty("drain_delay_ms").GetInt32()));
        Assert.Contains("RINHA_ACCOUNTS=none", Environment(stack));
        Assert.True(stack.Instance.State.Cgroup is not { } cgroup || cgroup.CpuQuotaOf("api01") == 40_000);
    }

    [Fact]
    public void A_database_of_ones_own_gets_a_stack_without_a_database()
    {
        using var owner = TestBank.Start("--stack", "nginx-postgres");
        using var stack = new TestBank();
        var url = $"postgres://rinha:hidden@/rinha?host={owner.Instance.State.DatabaseSockets}";
        stack.TryRun([("DATABASE_URL", url)]).AssertExit(0, "  ledger  postgres://rinha@/rinha?host=");
        stack.Post(700).AssertOk();
        Assert.Equal(700, owner.Balance());
        Assert.Equal(["api01", "api02", "nginx"], stack.Instance.State.Processes.Select(process => process.Name));
        Assert.False(Directory.Exists(stack.Data.Cluster));
        stack.Verb("restart").AssertExit(0, "api02 replaced");
        stack.Kill("api01");
        stack.AwaitRestart("api01", 1);
        Assert.Equal(700, stack.Balance());
        Assert.Equal("", Tool.Run(["grep", "--recursive", "hidden", stack.Data.FullPath]).Output);

        Assert.False(stack.Status().GetProperty("reset").GetBoolean());
        stack.Verb("ledger", "verify").AssertExit(2, "give its URL with the password again");
        RinhaCommand.Run([("DATABASE_URL", url)], "ledger", "verify", "--data", stack.Data.FullPath)
            .AssertExit(0, "transactions  1");

        // The default database has the user's name.
        var shorter = url.Replace("/rinha?", "?", StringComparison.Ordinal);
        RinhaCommand.Run([("DATABASE_URL", shorter)], "ledger", "verify", "--data", stack.Data.FullPath)
            .AssertExit(0, "transactions  1");

        owner.Verb("stop");
        const string unhealthy = "rinha: unhealthy: api01 (storage-failed), api02 (storage-failed)\n";
        Wait.Until(() => stack.Verb("status") is { Code: 1, Error: unhealthy }, "both APIs miss PostgreSQL");
        stack.Verb("restart").AssertExit(1, "api02 is storage-failed, so api01 was not replaced");
        stack.Verb("stop");
        foreach (var named in (string[])["", "nginx-postgres"])
        {
            stack.TryRun([("RINHA_STACK", named)])
                .AssertExit(2, $"the last ledger of {stack.Data.FullPath} was postgres://rinha@/rinha?host=");
        }

        stack.Verb("ledger", "verify").AssertExit(2, "give its URL with the password again");
        stack.TryRun([("DATABASE_URL", url)], "--fresh").AssertExit(2, "--fresh is for the ledger in --data");
        stack.TryRun([("DATABASE_URL", url)], "--stack", "nginx-sqlite").AssertExit(2, "names a PostgreSQL database");
    }

    [Fact]
    public void A_file_of_ones_own_is_the_ledger()
    {
        using var stack = new TestBank();
        var file = stack.Scratch("own.db");
        // An empty file is no ledger.
        File.Create(file).Dispose();
        stack.TryRun([("DATABASE_URL", $"sqlite://{file}")]).AssertExit(0, $"new ledger at {file}\n");
        stack.Post(1).AssertOk();
        Assert.True(File.Exists(file));
        stack.Verb("ledger", "verify").AssertExit(0, "transactions  1");
        stack.Verb("stop");
        stack.Verb("ledger", "verify").AssertExit(0, "transactions  1");
        stack.TryRun([]).AssertExit(2, $"the last ledger of {stack.Data.FullPath} was {file}: give DATABASE_URL again");
        var last = $"last time {stack.Data.FullPath} served {file}";
        var other = stack.Scratch("other.db");
        stack.TryRun([("DATABASE_URL", other)]).AssertExit(2, $"there is no ledger at {other}; {last}");
        File.WriteAllText(stack.Scratch("text"), "no ledger");
        stack.TryRun([("DATABASE_URL", stack.Scratch("text"))]).AssertExit(2, "api01 could not start");
        stack.Verb("ledger", "verify").AssertExit(0, $"{file}: sound");
        stack.TryRun([("DATABASE_URL", other + "?mode=rwc")])
            .AssertExit(0, last).AssertExit(0, $"new ledger at {other}\n");
        stack.Verb("stop");
        stack.TryRun([("DATABASE_URL", file)]).AssertExit(0, $"served {other}\n");
        stack.Verb("stop");
        Assert.False(File.Exists(stack.Data.LedgerFile));
        stack.Run("--fresh").AssertExit(0, $"new ledger at {stack.Data.LedgerFile}");
    }

    [Theory]
    [InlineData("DATABASE_URL", "Host=db;Password=hidden", "DATABASE_URL: must be a path, sqlite:///absolute/path or")]
    [InlineData("DATABASE_URL", "sqlite:bank.db", "DATABASE_URL: must be a path")]
    [InlineData("DATABASE_URL", "mysql://u:hidden@h/bank", "DATABASE_URL: must be a path")]
    [InlineData("RINHA_PORT", "tcp://10.0.0.1:9999", "RINHA_PORT: expected a whole number from 1 to 65535")]
    [InlineData("RINHA_HOST", "nowhere.invalid", "RINHA_HOST: expected an IP address or a name that resolves, not 'n")]
    [InlineData("RINHA_HOST", "1.2.3", "RINHA_HOST: expected an IP address or a name that resolves, not '1.2.3'")]
    [InlineData("RINHA_TLS_DIR", "/nowhere", "/nowhere/tls.crt cannot be read")]
    [InlineData("RINHA_LIMIT", "0", "RINHA_LIMIT: expected a whole number from 1 to 100000, not '0'")]
    [InlineData("RINHA_TLS_PORT", "443", "RINHA_TLS_PORT needs --tls or RINHA_TLS_DIR")]
    [InlineData("RINHA_ACCOUNTS", "some", "RINHA_ACCOUNTS: must be contest, none or a file, not 'some'")]
    [InlineData("RINHA_ENABLE_RESET", "yes", "RINHA_ENABLE_RESET: must be true or false, not 'yes'")]
    [InlineData("RINHA_NGINX_DIR", "/nowhere", "RINHA_NGINX_DIR: /nowhere is not a directory with *.conf files")]
    [InlineData("RINHA_LIMT", "5", "rinha.env, line 1: no setting of ./rinha run: 'RINHA_LIMT'")]
    [InlineData("RINHA_LIMIT", "5\nRINHA_LIMIT=6", "rinha.env, line 2: a second RINHA_LIMIT")]
    public void A_wrong_setting_stops_the_start_with_one_line(string name, string value, string reason)
    {
        using var stack = new TestBank();
        File.WriteAllText(Settings(stack), $"{name}={value}\n");
        var exit = RinhaCommand.Run("run", "--data", stack.Data.FullPath).AssertExit(2, reason);
        Assert.Equal("", exit.Output);
        Assert.DoesNotContain("hidden", exit.Error);
        Assert.False(Directory.Exists(stack.Data.Run));
    }

    [Fact]
    public void The_container_starts_nginx_with_the_parts_that_its_settings_ask_for()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("nginx"), "#!/bin/sh\ncat \"$TMPDIR/nginx.conf\"\n");
        File.SetUnixFileMode(directory.File("nginx"), (UnixFileMode)0b111_101_101);
        ToolResult Start(params string[] settings) => Tool.Run([
            "env", $"PATH={directory.FullPath}:/usr/bin:/bin", $"TMPDIR={directory.FullPath}",
            "NGINX_TEMPLATE=" + Testing.Repository.PathOf("nginx", "nginx.conf"), .. settings, "sh",
            Testing.Repository.PathOf("nginx", "start.sh"),
        ]);

        var plain = Start().OrThrow("start.sh").Output;
        Assert.DoesNotMatch("(?m)^ *(listen 9443|limit_req |listen 9998)", plain);
        var all = Start("NGINX_TLS=on", "NGINX_METRICS=on", "RINHA_LIMIT=7").OrThrow("start.sh").Output;
        Assert.Matches("(?m)^ *listen 9443 ssl", all);
        Assert.Matches("(?m)^ *listen 9998;", all);
        Assert.Matches("(?m)^ *limit_req_zone .* rate=7r/s;", all);
        Assert.Matches("(?m)^ *limit_req .* burst=14 nodelay;", all);
        Assert.Equal(2, Start("RINHA_LIMIT=many").Status);
    }

    private static string Settings(TestBank stack) =>
        Path.Combine(Directory.CreateDirectory(stack.Data.FullPath).FullName, "rinha.env");

    private static string[] Environment(TestBank stack) =>
        File.ReadAllText($"/proc/{stack.IdentityOf("api01").Pid}/environ").Split('\0');

    // The first column of a table's row.
    [GeneratedRegex(@"(?m)^\| `[^|]*\|")]
    private static partial Regex Row();

    [GeneratedRegex("[A-Z]+(_[A-Z]+)+|PGPASSWORD")]
    private static partial Regex Name();

    // ${NAME…}, or a NAME that passes through.
    [GeneratedRegex(@"(?m)(?:(?<=\$\{)|^ +(?=[A-Z_]+:$))([A-Z_]+)")]
    private static partial Regex Interpolated();
}
