using Microsoft.Extensions.Logging;

namespace Rinha.Server.Tests;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Without_settings_the_defaults_hold()
    {
        var options = Create();

        Assert.Equal(Path.GetFullPath("rinha.db"), options.DatabasePath);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9999), options.Address.EndPoint);
        Assert.Equal(Synchronous.Normal, options.Synchronous);
        Assert.Equal(LogLevel.Information, options.Get(Setting.LogLevel));
        Assert.Equal(LogFormat.Json, options.Get(Setting.LogFormat));
        Assert.Equal(1000, options.Get(Setting.SlowRequestMs));
        Assert.Equal(0, options.Get(Setting.DrainDelayMs));
        Assert.False(options.Get(Setting.ResetEnabled));
    }

    [Theory]
    [InlineData("sqlite:///var/lib/rinha.db", "/var/lib/rinha.db")]
    [InlineData("SQLITE:///var/lib/rinha.db", "/var/lib/rinha.db")]
    [InlineData("/var/lib/rinha.db", "/var/lib/rinha.db")]
    [InlineData("/var/lib/../rinha.db", "/var/rinha.db")]
    [InlineData("/tmp/with space and ç.db", "/tmp/with space and ç.db")]
    public void The_database_is_a_path_with_or_without_the_scheme(string url, string path) =>
        Assert.Equal(path, Create(("DATABASE_URL", url)).DatabasePath);

    [Fact]
    public void A_relative_path_starts_in_the_working_directory() =>
        Assert.Equal(Path.GetFullPath("data/rinha.db"), Create(("DATABASE_URL", "data/rinha.db")).DatabasePath);

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

    [Fact]
    public void A_socket_has_mode_660_unless_it_is_given()
    {
        var address = Create(("API_SOCKET", "/run/api.sock")).Address;

        Assert.Equal("/run/api.sock", Assert.IsType<UnixDomainSocketEndPoint>(address.EndPoint).ToString());
        Assert.Equal("unix:/run/api.sock", address.ToString());
        Assert.Equal("660", ToOctal(address.SocketMode));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("600", "600")]
    [InlineData("0666", "666")]
    [InlineData("777", "777")]
    public void A_socket_mode_is_octal(string text, string octal) =>
        Assert.Equal(
            octal, ToOctal(Create(("API_SOCKET", "/run/api.sock"), ("API_SOCKET_MODE", text)).Address.SocketMode));

    [Fact]
    public void A_socket_path_has_107_bytes_at_most()
    {
        var longest = "/" + new string('x', 106);

        Assert.Equal(longest, Create(("API_SOCKET", longest)).Address.EndPoint.ToString());
        AssertRefused("API_SOCKET", ("API_SOCKET", longest + "x"));
    }

    [Theory]
    [InlineData("normal", Synchronous.Normal)]
    [InlineData("NORMAL", Synchronous.Normal)]
    [InlineData("Full", Synchronous.Full)]
    public void Synchronous_is_a_word_in_any_case(string text, Synchronous synchronous) =>
        Assert.Equal(synchronous, Create(("RINHA_SYNCHRONOUS", text)).Synchronous);

    [Theory]
    [InlineData("none", LogLevel.None)]
    [InlineData("Debug", LogLevel.Debug)]
    public void The_log_level_is_a_word_in_any_case(string text, LogLevel level) =>
        Assert.Equal(level, Create(("RINHA_LOG_LEVEL", text)).Get(Setting.LogLevel));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("60000", 60_000)]
    public void The_drain_delay_is_in_milliseconds(string text, int delayMs) =>
        Assert.Equal(delayMs, Create(("RINHA_DRAIN_DELAY_MS", text)).Get(Setting.DrainDelayMs));

    [Theory]
    [InlineData("true", true)]
    [InlineData("False", false)]
    public void Reset_is_enabled_by_a_word(string text, bool enabled) =>
        Assert.Equal(enabled, Create(("RINHA_ENABLE_RESET", text)).Get(Setting.ResetEnabled));

    [Theory]
    [InlineData("json", LogFormat.Json)]
    [InlineData("TEXT", LogFormat.Text)]
    public void A_log_format_is_given_by_name(string text, LogFormat format) =>
        Assert.Equal(format, Create(("RINHA_LOG_FORMAT", text)).Get(Setting.LogFormat));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("3600000", 3_600_000)]
    public void A_slow_request_is_given_in_milliseconds(string text, int milliseconds) =>
        Assert.Equal(milliseconds, Create(("RINHA_SLOW_REQUEST_MS", text)).Get(Setting.SlowRequestMs));

    [Theory]
    [InlineData("DATABASE_URL", "")]
    [InlineData("DATABASE_URL", "/")]
    [InlineData("DATABASE_URL", "data/")]
    [InlineData("DATABASE_URL", "sqlite://")]
    [InlineData("DATABASE_URL", "sqlite://data/rinha.db")]
    [InlineData("DATABASE_URL", "sqlite:///")]
    [InlineData("DATABASE_URL", "postgres://host/rinha")]
    [InlineData("DATABASE_URL", "mysql://user@host/rinha")]
    [InlineData("DATABASE_URL", "/tmp/a\0b")]
    [InlineData("API_HOST", "")]
    [InlineData("API_HOST", "example.com")]
    [InlineData("API_HOST", "127.0.0.1:80")]
    [InlineData("API_PORT", "")]
    [InlineData("API_PORT", "0")]
    [InlineData("API_PORT", "65536")]
    [InlineData("API_PORT", "-1")]
    [InlineData("API_PORT", " 80")]
    [InlineData("API_PORT", "80a")]
    [InlineData("API_SOCKET", "")]
    [InlineData("RINHA_SYNCHRONOUS", "")]
    [InlineData("RINHA_SYNCHRONOUS", "OFF")]
    [InlineData("RINHA_SYNCHRONOUS", "1")]
    [InlineData("RINHA_LOG_LEVEL", "")]
    [InlineData("RINHA_LOG_LEVEL", "loud")]
    [InlineData("RINHA_LOG_LEVEL", "2")]
    [InlineData("RINHA_LOG_FORMAT", "")]
    [InlineData("RINHA_LOG_FORMAT", "xml")]
    [InlineData("RINHA_SLOW_REQUEST_MS", "")]
    [InlineData("RINHA_SLOW_REQUEST_MS", "-1")]
    [InlineData("RINHA_SLOW_REQUEST_MS", "1.5")]
    [InlineData("RINHA_SLOW_REQUEST_MS", "3600001")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "-1")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "60001")]
    [InlineData("RINHA_DRAIN_DELAY_MS", "1s")]
    [InlineData("RINHA_ENABLE_RESET", "")]
    [InlineData("RINHA_ENABLE_RESET", "1")]
    [InlineData("RINHA_ENABLE_RESET", "yes")]
    public void A_bad_value_is_refused_in_one_line_that_names_the_variable(string variable, string value) =>
        AssertRefused(variable, (variable, value));

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("-1")]
    [InlineData("rw")]
    [InlineData("1000")]
    [InlineData("1777")]
    [InlineData("00600")]
    [InlineData("0o600")]
    public void A_bad_socket_mode_is_refused(string mode) =>
        AssertRefused("API_SOCKET_MODE", ("API_SOCKET", "/run/api.sock"), ("API_SOCKET_MODE", mode));

    [Theory]
    [InlineData("API_HOST", "127.0.0.1")]
    [InlineData("API_PORT", "9999")]
    public void A_socket_and_a_TCP_address_exclude_each_other(string variable, string value) =>
        AssertRefused(variable, ("API_SOCKET", "/run/api.sock"), (variable, value));

    [Fact]
    public void A_socket_mode_without_a_socket_is_refused() =>
        AssertRefused("API_SOCKET_MODE", ("API_SOCKET_MODE", "600"));

    [Fact]
    public void All_settings_are_told_in_one_line()
    {
        var options = Create(("DATABASE_URL", "/x/rinha.db"), ("API_PORT", "1234"), ("RINHA_ENABLE_RESET", "true"));

        Assert.Equal(
            "database /x/rinha.db, synchronous Normal, listen http://127.0.0.1:1234, log level Information, "
            + "log format Json, slow from 1000 ms, drain delay 0 ms, reset on",
            options.ToString());
        Assert.EndsWith(", reset off", Create().ToString(), StringComparison.Ordinal);
    }

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
    public void A_name_is_a_misspelt_setting_within_two_edits(string variable, string? meant) =>
        Assert.Equal(meant, Setting.Meant(variable)?.Variable);

    [Fact]
    public void Every_setting_has_a_flag_of_its_name()
    {
        Assert.Equal("--database-url", Setting.Database.Flag);
        Assert.Equal("--rinha-enable-reset", Setting.ResetEnabled.Flag);
        Assert.Equal(Setting.All.Count, Setting.All.DistinctBy(setting => setting.Flag).Count());
        Assert.All(Setting.All, setting => Assert.NotEmpty(setting.Help));
    }

    [Fact]
    public void The_README_has_every_setting_with_its_default()
    {
        var rows = File.ReadAllLines(Repository.PathOf("README.md")).Where(line => line.StartsWith('|')).ToList();
        Assert.All(Setting.All, setting => Assert.Contains(rows, row =>
            row.Contains($"`{setting.Variable}`", StringComparison.Ordinal)
            && (setting.Default is null || row.Contains($"`{setting.Default}`", StringComparison.OrdinalIgnoreCase))));
    }

    [Fact]
    public void A_PostgreSQL_address_is_taken_and_shown_without_its_password()
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
    }

    private static Func<Setting, string?> Given((string Variable, string Value)[] given) => setting =>
        given.Where(pair => pair.Variable == setting.Variable).Select(pair => pair.Value).SingleOrDefault();

    private static string ToOctal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
}
