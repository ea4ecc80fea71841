namespace Rinha.Server.Tests;

public sealed class ServerOptionsTests
{
    private static readonly Dictionary<string, string[]> s_badValues = new()
    {
        ["DATABASE_URL"] =
        [
            "", "/", "data/", "sqlite://", "sqlite://data/rinha.db", "sqlite:///", "postgres://host/rinha",
            "mysql://user@host/rinha", "/tmp/a\0b", "Host=db;Password=x", "sqlite:rinha.db", "/tmp/a?mode=ro",
            "/tmp/a?", "/tmp/a?mode=rw&cache=shared", "?mode=rw", "mysql://u:hidden@h/bank", "u_1:hidden@h/bank",
            "sqlite://u:hidden@h/bank",
        ],
        ["RINHA_DATABASE_WAIT"] = ["", "-1", "3601", "30s"],
        ["API_HOST"] = ["", "example.com", "127.0.0.1:80", "1.2.3", "[::1]:80"],
        ["API_PORT"] = ["", "0", "65536", "-1", " 80", "80a"],
        ["API_SOCKET"] = ["", "/" + new string('x', 107)],
        ["API_SOCKET_MODE"] = ["600"], // Without a socket.
        ["API_METRICS_SOCKET"] = ["", "/" + new string('x', 107)],
        ["RINHA_SYNCHRONOUS"] = ["", "OFF", "1"],
        ["RINHA_ACCOUNTS"] = ["", "a\0b"],
        ["RINHA_LOG_LEVEL"] = ["", "loud", "2"],
        ["RINHA_LOG_FORMAT"] = ["", "xml"],
        ["RINHA_SLOW_REQUEST_MS"] = ["", "-1", "1.5", "3600001"],
        ["RINHA_DRAIN_DELAY_MS"] = ["", "-1", "60001", "1s"],
        ["RINHA_ENABLE_RESET"] = ["", "1", "yes"],
    };

    public static TheoryData<string, string> BadValues { get; } =
        [.. from setting in s_badValues from value in setting.Value select (setting.Key, value)];

    [Fact]
    public void Without_settings_the_defaults_apply()
    {
        var options = Create();

        Assert.Equal(Path.GetFullPath("rinha.db"), options.DatabasePath);
        Assert.Equal(
            $"database {options.DatabasePath}, synchronous Normal, listen http://127.0.0.1:9999, "
            + "log level Information, log format Json, slow from 1000 ms, drain delay 0 ms, reset off",
            options.ToString());
    }

    [Theory]
    [InlineData("sqlite:///var/lib/rinha.db", "/var/lib/rinha.db")]
    [InlineData("SQLITE:///var/lib/rinha.db", "/var/lib/rinha.db")]
    [InlineData("/var/lib/rinha.db", "/var/lib/rinha.db")]
    [InlineData("/var/lib/../rinha.db", "/var/rinha.db")]
    [InlineData("/tmp/with space and ç.db", "/tmp/with space and ç.db")]
    public void The_database_is_a_path_with_or_without_the_scheme(string url, string path) =>
        Assert.Equal(path, Create(("DATABASE_URL", url)).DatabasePath);

    [Theory]
    [InlineData("/var/lib/rinha.db", true)]
    [InlineData("/var/lib/rinha.db?mode=rwc", true)]
    [InlineData("/var/lib/rinha.db?mode=rw", false)]
    [InlineData("sqlite:///var/lib/rinha.db?mode=rw", false)]
    public void The_mode_of_a_path_says_whether_the_ledger_may_be_created(string url, bool mayCreate)
    {
        var options = Create(("DATABASE_URL", url));

        Assert.Equal(("/var/lib/rinha.db", mayCreate), (options.DatabasePath, options.MayCreateDatabase));
        Assert.Equal(mayCreate ? "/var/lib/rinha.db" : "/var/lib/rinha.db?mode=rw", options.Database);
    }

    [Theory]
    [InlineData("localhost", "1", "127.0.0.1:1")]
    [InlineData("0.0.0.0", "65535", "0.0.0.0:65535")]
    [InlineData("::1", "8080", "[::1]:8080")]
    public void Host_and_port_make_a_TCP_address(string host, string port, string expected)
    {
        var address = Create(("API_HOST", host), ("API_PORT", port)).Address;

        Assert.Equal(expected, address.EndPoint.ToString());
        Assert.Equal($"http://{expected}", address.ToString());
    }

    [Theory]
    [InlineData(null, "660")]
    [InlineData("0", "0")]
    [InlineData("600", "600")]
    [InlineData("0666", "666")]
    [InlineData("777", "777")]
    public void A_socket_has_an_octal_mode_and_a_path_of_107_bytes_at_most(string? mode, string octal)
    {
        var path = "/" + new string('x', 106);
        var given = mode is null ? [] : new[] { ("API_SOCKET_MODE", mode) };
        var address = Create([("API_SOCKET", path), .. given]).Address;

        Assert.Equal(path, Assert.IsType<UnixDomainSocketEndPoint>(address.EndPoint).ToString());
        Assert.Equal($"unix:{path}", address.ToString());
        Assert.Equal(octal, Convert.ToString((int)address.SocketMode, 8));
    }

    [Theory]
    [InlineData("RINHA_SYNCHRONOUS", "NORMAL", "synchronous Normal")]
    [InlineData("RINHA_SYNCHRONOUS", "full", "synchronous Full")]
    [InlineData("RINHA_LOG_LEVEL", "none", "log level None")]
    [InlineData("RINHA_LOG_LEVEL", "Debug", "log level Debug")]
    [InlineData("RINHA_LOG_FORMAT", "json", "log format Json")]
    [InlineData("RINHA_LOG_FORMAT", "TEXT", "log format Text")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "0", "drain delay 0 ms")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "60000", "drain delay 60000 ms")]
    [InlineData("RINHA_SLOW_REQUEST_MS", "3600000", "slow from 3600000 ms")]
    [InlineData("RINHA_ENABLE_RESET", "true", "reset on")]
    [InlineData("RINHA_ENABLE_RESET", "False", "reset off")]
    public void Words_are_accepted_in_any_case_and_numbers_in_their_range(
        string variable, string value, string shown) =>
        Assert.Contains(shown, Create((variable, value)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Slow_request_logging_is_off_at_0_ms() =>
        Assert.Equal(0, Create(("RINHA_SLOW_REQUEST_MS", "0")).Get(Setting.SlowRequestMs));

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_in_one_line_that_names_the_variable(string variable, string value) =>
        AssertRefused(variable, (variable, value));

    [Theory]
    [InlineData("API_SOCKET_MODE", "", "8", "-1", "rw", "1000", "1777", "00600", "0o600")]
    [InlineData("API_HOST", "127.0.0.1")]
    [InlineData("API_PORT", "9999")]
    public void A_socket_with_a_bad_mode_or_a_TCP_address_is_refused(string variable, params string[] values) =>
        Assert.All(values, value => AssertRefused(variable, ("API_SOCKET", "/run/api.sock"), (variable, value)));

    [Theory]
    [InlineData("RIHNA_LOG_LEVEL", "RINHA_LOG_LEVEL")]
    [InlineData("RINHA_LOG_LEVELS", "RINHA_LOG_LEVEL")]
    [InlineData("RINHA_ENABLE_REST", "RINHA_ENABLE_RESET")]
    [InlineData("DATABASE_URI", "DATABASE_URL")]
    [InlineData("API_SOKCET", "API_SOCKET")]
    [InlineData("RINHA_LOG_LEVEL", null)]
    [InlineData("RINHA_LOG", null)]
    [InlineData("RINHA_PORT", null)]
    [InlineData("RINHA_NAME", null)]
    [InlineData("APP_PORT", null)]
    [InlineData("API_ROOT", null)]
    [InlineData("DATABASE_HOST", null)]
    [InlineData("PATH", null)]
    [InlineData("", null)]
    public void A_name_within_two_edits_of_a_setting_is_a_misspelling(string variable, string? meant) =>
        Assert.Equal(meant, Setting.Suggest(variable)?.Variable);

    [Fact]
    public void Every_setting_and_its_default_are_documented()
    {
        var page = Repository.PathOf("docs", "operations", "settings.md");
        var rows = File.ReadAllLines(page).Where(line => line.StartsWith('|')).ToList();
        Assert.All(Setting.All, setting => Assert.Contains(rows, row =>
            row.Contains($"`{setting.Variable}`", StringComparison.Ordinal)
            && (setting.Default is null || row.Contains($"`{setting.Default}`", StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public void A_PostgreSQL_address_is_accepted_and_shown_without_its_password()
    {
        var options = Create(("DATABASE_URL", "postgres://rinha:secret@db:6432/bank"));

        Assert.Equal("postgres://rinha@db:6432/bank", options.Database);
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }

    private static ServerOptions Create(params (string Variable, string Value)[] given)
    {
        var good = ServerOptions.TryCreate(Given(given), out var options, out var error);

        Assert.True(good, error);
        Assert.Null(error);
        return options!;
    }

    private static void AssertRefused(string variable, params (string Variable, string Value)[] given)
    {
        Assert.False(ServerOptions.TryCreate(Given(given), out var options, out var error));
        Assert.Null(options);
        Assert.Contains(variable, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.DoesNotContain("hidden", error, StringComparison.Ordinal);
    }

    private static Func<Setting, string?> Given((string Variable, string Value)[] given) => setting =>
        given.Where(pair => pair.Variable == setting.Variable).Select(pair => pair.Value).SingleOrDefault();
}
