namespace Rinha.LoadTest.Tests.Http;

public sealed class TargetTests
{
    [Theory]
    [InlineData("http://localhost:9999", "127.0.0.1:9999", "localhost:9999")]
    [InlineData("HTTP://LOCALHOST:9999/", "127.0.0.1:9999", "localhost:9999")]
    [InlineData("http://127.0.0.1", "127.0.0.1:80", "127.0.0.1")]
    [InlineData("http://[::1]:81", "[::1]:81", "[::1]:81")]
    public void An_http_url_gives_an_address_and_a_host_header(string url, string address, string host)
    {
        var target = Targets.Of(url);

        Assert.Equal((url, host, true), (target.ToString(), target.Host, target.IsTcp));
        Assert.Equal(IPEndPoint.Parse(address), target.EndPoint);
    }

    [Fact]
    public void A_unix_sockets_path_has_up_to_107_bytes()
    {
        var longest = "unix:/" + new string('a', 106);
        var target = Targets.Of(longest);

        Assert.Equal(("localhost", false, 1), (target.Host, target.IsTcp, target.Family));
        Assert.Equal(new UnixDomainSocketEndPoint(longest[5..]), target.EndPoint);
        AssertRefused(longest + "a");
        AssertRefused("unix:/" + new string('é', 54));
    }

    [Fact]
    public void Invalid_targets_are_rejected_in_one_line() => Assert.All(
        [
            "", "localhost:9999", "http://:9999", "http://localhost:70000", "ftp://localhost:9999",
            "http://localhost:9999/clientes", "https://localhost:9999/clientes",
            "http://localhost:9999?x", "http://no-such-host.invalid:9999",
            $"http://{new string('a', 64)}.invalid:9999", "unix:", "/tmp/api.sock",
        ],
        AssertRefused);

    [Fact]
    public void A_password_is_refused_and_never_quoted()
    {
        Assert.False(Target.TryParse("http://user:hidden@localhost:9999", out _, out var error));
        Assert.DoesNotContain("hidden", error, StringComparison.Ordinal);
    }

    [Fact]
    public void It_knows_whether_a_server_listens()
    {
        using var server = StubServer.Start(connection => connection.AwaitEnd());

        Assert.True(server.Target.Answers());
        Assert.False(Targets.Of(Targets.UnusedUrl()).Answers());
        Assert.False(Targets.Of("unix:/nowhere/at/all").Answers());
    }

    private static void AssertRefused(string url)
    {
        Assert.False(Target.TryParse(url, out _, out var error));
        Assert.Contains($"'{url}'", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }
}
