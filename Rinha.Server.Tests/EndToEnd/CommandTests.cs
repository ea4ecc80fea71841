namespace Rinha.Server.Tests.EndToEnd;

// The binary as a command: its output and exit codes.
public sealed class CommandTests : ServerTest
{
    [Fact]
    public void Version_is_one_line() =>
        Assert.Matches(@"^\d+\.\d+\.\d+[^\n]*\n$", RunSuccessfully("--version").Output);

    [Fact]
    public void Help_lists_every_setting_and_command_and_each_command_has_help_with_the_ledgers_setting()
    {
        string[] commands = ["create", "backup", "restore", "verify", "checkpoint", "export", "import", "accounts"];
        var help = RunSuccessfully("--help").Output;

        Assert.All(
            [
                "Rinha.Server [command]",
                "--healthcheck",
                .. commands.Select(command => $"  {command}"),
                .. Setting.All.SelectMany(setting => new[] { setting.Flag, setting.Variable }),
            ],
            word => Assert.Contains(word, help, StringComparison.Ordinal));
        Assert.All(commands, command =>
        {
            var text = RunSuccessfully(command, "--help").Output;
            Assert.Contains("--database-url", text, StringComparison.Ordinal);
            Assert.DoesNotContain("--api-port", text, StringComparison.Ordinal);
            Run(command, "--no-such-flag").AssertRefused("--no-such-flag");
        });
    }

    [Fact]
    public void A_command_takes_settings_before_and_after_its_name()
    {
        SampleLedger.Make(Ledger);

        Assert.Equal(0, ServerProcess.Run(["--database-url", Ledger, "verify"]).Code);
        Assert.Equal(0, ServerProcess.Run(["verify", "--database-url", Ledger]).Code);
        ServerProcess.Run(["verify", "--api-port", "0"]).AssertRefused("--api-port");
        ServerProcess.Run(["accounts", "remove", "7"])
            .AssertRefused("expected list, show, add, set-limit, close, not 'remove'");
        Assert.Equal(
            0, ServerProcess.Run(["verify"], ("DATABASE_URL", Ledger), ("RINHA_PORT", "tcp://10.0.0.1:9999")).Code);
    }

    [Theory]
    [InlineData("--api-port", "x", "API_PORT")]
    [InlineData("--api-host", "nowhere.example", "API_HOST")]
    [InlineData("--no-such-flag", "1", "--no-such-flag")]
    [InlineData("word", "", "word")]
    [InlineData("--healthcheck-hold", "-1", "--healthcheck-hold")]
    [InlineData("--healthcheck-hold", "3601", "--healthcheck-hold")]
    [InlineData("--healthcheck-hold", "long", "--healthcheck-hold")]
    public void A_bad_flag_exits_with_2_and_one_line_that_names_it(string flag, string value, string named)
    {
        string[] check = flag == "--healthcheck-hold" ? ["--healthcheck"] : [];

        ServerProcess.Run([.. check, flag, value], ("DATABASE_URL", Ledger)).AssertRefused(named);

        Assert.Empty(Directory.GetFileSystemEntries(InDirectory("")));
    }

    [Fact]
    public void A_bad_variable_is_refused_too_and_a_flag_overrides_its_variable()
    {
        ServerProcess.Run([], ("RINHA_SYNCHRONOUS", "OFF")).AssertRefused("RINHA_SYNCHRONOUS");
        ServerProcess.Run([], ("API_SOCKET", Socket), ("API_PORT", "8080")).AssertRefused("API_SOCKET");
        ServerProcess.Run(["--api-port", "flag"], ("API_PORT", "variable")).AssertRefused("'flag'");
        ServerProcess.Run(["postgres://rinha:hidden@db/bank"]).AssertRefused("'postgres://rinha@db/bank'");
    }

    [Fact]
    public void What_blocks_a_start_is_named_and_left_alone()
    {
        File.WriteAllText(Ledger, "something else");
        File.WriteAllText(Socket, "not a socket");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var (other, missing) = (InDirectory("other.db"), InDirectory("missing/file"));

        ServerProcess.Run([], ("DATABASE_URL", Ledger), ("API_PORT", "1")).AssertRefused(Ledger);
        ServerProcess.Run([], ("DATABASE_URL", missing), ("API_PORT", "1")).AssertRefused("missing");
        ServerProcess.Run([], ("DATABASE_URL", $"{other}?mode=rw"), ("API_PORT", "1"))
            .AssertRefused($"there is no ledger at {other}");
        Assert.Empty(Directory.GetFiles(InDirectory(""), "other*"));
        ServerProcess.Run([], ("DATABASE_URL", other), ("API_SOCKET", Socket)).AssertRefused("");
        ServerProcess.Run([], ("DATABASE_URL", other), ("API_SOCKET", missing)).AssertRefused("");
        ServerProcess.Run([], ("DATABASE_URL", other), ("API_PORT", $"{port}")).AssertRefused("");

        Assert.Equal("something else", File.ReadAllText(Ledger));
        Assert.Equal("not a socket", File.ReadAllText(Socket));
    }

    [Fact]
    public async Task A_health_check_exits_with_0_if_the_server_runs_and_1_if_not_or_if_it_dies_meanwhile()
    {
        using var server = Start();
        Assert.Equal(new CommandExit(0, "", ""), Run("--healthcheck"));
        var held = Stopwatch.StartNew();
        Assert.Equal(new CommandExit(0, "", ""), Run("--healthcheck", "--healthcheck-hold", "1"));
        Assert.True(held.ElapsedMilliseconds >= 990, "it exited too early");

        var cancellation = TestContext.Current.CancellationToken;
        var check = Task.Run(() => Run("--healthcheck", "--healthcheck-hold", "5"), cancellation);
        await Task.Delay(500, cancellation);
        server.Kill();
        Assert.Equal(1, (await check).Code);

        var unhealthy = Run("--healthcheck");
        Assert.Equal((1, ""), (unhealthy.Code, unhealthy.Output));
        Assert.StartsWith("Rinha.Server: ", unhealthy.Error, StringComparison.Ordinal);
    }
}
