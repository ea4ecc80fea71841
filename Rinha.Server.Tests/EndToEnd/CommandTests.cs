namespace Rinha.Server.Tests.EndToEnd;

/// <summary>The binary as a command: what it says and with which exit code it ends.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("rinha.db");

    private string Socket => _directory.File("api.sock");

    [Fact]
    public void Version_is_one_line()
    {
        var exit = ServerProcess.Run(["--version"]);

        Assert.Equal(0, exit.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+[^\n]*\n$", exit.Output);
        Assert.Empty(exit.Error);
    }

    [Fact]
    public void Help_tells_every_setting_by_flag_and_by_variable()
    {
        var exit = ServerProcess.Run(["--help"]);

        Assert.Equal(0, exit.Code);
        foreach (var setting in Setting.All)
        {
            Assert.Contains(setting.Flag, exit.Output, StringComparison.Ordinal);
            Assert.Contains(setting.Variable, exit.Output, StringComparison.Ordinal);
        }

        Assert.Contains("--healthcheck", exit.Output, StringComparison.Ordinal);
        Assert.Empty(exit.Error);
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("verify")]
    [InlineData("checkpoint")]
    [InlineData("accounts")]
    public void Help_tells_every_command_and_every_command_has_help_with_the_settings(string command)
    {
        Assert.Contains($"  {command}", ServerProcess.Run(["--help"]).Output, StringComparison.Ordinal);

        var exit = ServerProcess.Run([command, "--help"]);

        Assert.Equal(0, exit.Code);
        Assert.Contains("--database-url", exit.Output, StringComparison.Ordinal);
        AssertRefused("--no-such-flag", ServerProcess.Run([command, "--no-such-flag"]));
    }

    [Fact]
    public void The_settings_hold_for_a_command_on_either_side_of_it()
    {
        SampleLedger.Make(Database);

        Assert.Equal(0, ServerProcess.Run(["--database-url", Database, "verify"]).Code);
        Assert.Equal(0, ServerProcess.Run(["verify", "--database-url", Database]).Code);
        AssertRefused("API_PORT", ServerProcess.Run(["verify", "--api-port", "0"]));
        Assert.Equal(
            0, ServerProcess.Run(["verify"], ("DATABASE_URL", Database), ("RINHA_PORT", "tcp://10.0.0.1:9999")).Code);
    }

    [Theory]
    [InlineData("DATABASE_URL", "postgres://x")]
    [InlineData("DATABASE_URL", "")]
    [InlineData("API_HOST", "nowhere.example")]
    [InlineData("API_PORT", "0")]
    [InlineData("API_SOCKET_MODE", "600")]
    [InlineData("RINHA_SYNCHRONOUS", "OFF")]
    [InlineData("RINHA_LOG_LEVEL", "loud")]
    [InlineData("RINHA_LOG_FORMAT", "xml")]
    [InlineData("RINHA_SLOW_REQUEST_MS", "soon")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "60001")]
    [InlineData("RINHA_ENABLE_RESET", "yes")]
    public void A_bad_variable_ends_it_with_2_and_one_line_that_names_it(string variable, string value)
    {
        AssertRefused(variable, ServerProcess.Run([], (variable, value)));

        Assert.Empty(Directory.GetFileSystemEntries(_directory.FullPath));
    }

    [Theory]
    [InlineData("--api-port", "x", "API_PORT")]
    [InlineData("--api-socket", "", "API_SOCKET")]
    [InlineData("--no-such-flag", "1", "--no-such-flag")]
    [InlineData("word", "", "word")]
    public void A_bad_flag_ends_it_with_2_and_one_line_that_names_it(string flag, string value, string named) =>
        AssertRefused(named, ServerProcess.Run([flag, value], ("DATABASE_URL", Database)));

    [Fact]
    public void A_socket_and_a_port_together_are_refused() =>
        AssertRefused("API_SOCKET", ServerProcess.Run([], ("API_SOCKET", Socket), ("API_PORT", "8080")));

    [Fact]
    public void A_flag_goes_before_its_variable() =>
        AssertRefused("'flag'", ServerProcess.Run(["--api-port", "flag"], ("API_PORT", "variable")));

    [Fact]
    public void A_file_that_is_no_ledger_is_refused_and_stays_as_it_is()
    {
        File.WriteAllText(Database, "something else");

        AssertRefused(Database, ServerProcess.Run([], ("DATABASE_URL", Database), ("API_SOCKET", Socket)));

        Assert.Equal("something else", File.ReadAllText(Database));
        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_refused() =>
        AssertRefused("missing", ServerProcess.Run(
            [], ("DATABASE_URL", _directory.File("missing/rinha.db")), ("API_SOCKET", Socket)));

    [Fact]
    public void A_port_that_is_taken_is_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        AssertRefused("", ServerProcess.Run([], ("DATABASE_URL", Database), ("API_PORT", $"{port}")));
    }

    [Fact]
    public void A_socket_in_a_directory_that_does_not_exist_is_refused() =>
        AssertRefused("", ServerProcess.Run(
            [], ("DATABASE_URL", Database), ("API_SOCKET", _directory.File("missing/api.sock"))));

    [Fact]
    public void A_file_in_the_sockets_place_is_refused_and_kept()
    {
        File.WriteAllText(Socket, "not a socket");

        AssertRefused("", ServerProcess.Run([], ("DATABASE_URL", Database), ("API_SOCKET", Socket)));

        Assert.Equal("not a socket", File.ReadAllText(Socket));
    }

    [Fact]
    public void A_health_check_is_0_where_a_server_runs_and_1_where_none_does()
    {
        (string, string)[] settings = [("DATABASE_URL", Database), ("API_SOCKET", Socket)];
        using (var server = ServerProcess.Start(Database, Socket))
        {
            var healthy = ServerProcess.Run(["--healthcheck"], settings);
            Assert.Equal(new ServerExit(0, "", ""), healthy);
            server.Kill();
        }

        var unhealthy = ServerProcess.Run(["--healthcheck"], settings);
        Assert.Equal(1, unhealthy.Code);
        Assert.Empty(unhealthy.Output);
        AssertOneLine(unhealthy.Error);
    }

    [Fact]
    public async Task A_health_check_that_holds_tells_what_is_true_at_its_end()
    {
        (string, string)[] settings = [("DATABASE_URL", Database), ("API_SOCKET", Socket)];
        using var server = ServerProcess.Start(Database, Socket);
        var began = Environment.TickCount64;
        var healthy = ServerProcess.Run(["--healthcheck", "--healthcheck-hold", "1"], settings);
        Assert.Equal(new ServerExit(0, "", ""), healthy);
        Assert.True(Environment.TickCount64 - began >= 1000, "it did not hold");

        var cancellation = TestContext.Current.CancellationToken;
        var check = Task.Run(
            () => ServerProcess.Run(["--healthcheck", "--healthcheck-hold", "5"], settings), cancellation);
        await Task.Delay(500, cancellation);
        server.Kill();
        Assert.Equal(1, (await check).Code);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("3601")]
    [InlineData("long")]
    public void A_hold_that_is_no_number_of_seconds_is_refused(string hold) =>
        AssertRefused("--healthcheck-hold", ServerProcess.Run(
            ["--healthcheck", "--healthcheck-hold", hold], ("DATABASE_URL", Database), ("API_SOCKET", Socket)));

    public void Dispose() => _directory.Dispose();

    private static void AssertRefused(string named, ServerExit exit)
    {
        Assert.Equal(2, exit.Code);
        AssertOneLine(exit.Error);
        Assert.Contains(named, exit.Error, StringComparison.Ordinal);
    }

    private static void AssertOneLine(string text)
    {
        Assert.StartsWith("Rinha.Server: ", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }
}
