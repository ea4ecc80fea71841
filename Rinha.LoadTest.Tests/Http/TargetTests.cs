namespace Rinha.LoadTest.Tests.Http;

public sealed class TargetTests
{
    [Theory]
    [InlineData("http://127.0.0.1:9999", "127.0.0.1:9999", "127.0.0.1:9999")]
    [InlineData("http://localhost:9999", "127.0.0.1:9999", "localhost:9999")]
    [InlineData("http://localhost:9999/", "127.0.0.1:9999", "localhost:9999")]
    [InlineData("HTTP://LOCALHOST:9999", "127.0.0.1:9999", "localhost:9999")]
    [InlineData("http://127.0.0.1", "127.0.0.1:80", "127.0.0.1")]
    [InlineData("http://[::1]:81", "[::1]:81", "[::1]:81")]
    public void A_url_of_http_is_an_address_and_a_host_header(string url, string address, string host)
    {
        var target = Targets.Of(url);

        Assert.Equal(url, target.Url);
        Assert.Equal(host, target.Host);
        Assert.True(target.IsTcp);
        Assert.Equal(IPEndPoint.Parse(address), EndPointOf(target, IPEndPoint.Parse(address)));
    }

    [Theory]
    [InlineData("unix:/tmp/api.sock", "/tmp/api.sock")]
    [InlineData("unix:api.sock", "api.sock")]
    public void A_path_of_a_unix_socket_is_one(string url, string path)
    {
        var target = Targets.Of(url);

        Assert.Equal("localhost", target.Host);
        Assert.False(target.IsTcp);
        Assert.Equal(1, target.Family);
        var endPoint = new UnixDomainSocketEndPoint(path);
        Assert.Equal(endPoint, EndPointOf(target, endPoint));
    }

    [Fact]
    public void A_path_may_have_107_bytes_and_no_more()
    {
        var longest = "unix:/" + new string('a', 106);

        Assert.Equal(longest, Targets.Of(longest).ToString());
        AssertRefused(longest + "a");
        AssertRefused("unix:/" + new string('é', 54));
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:9999")]
    [InlineData("localhost")]
    [InlineData("9999")]
    [InlineData("http://")]
    [InlineData("http://:9999")]
    [InlineData("http://localhost:x")]
    [InlineData("http://localhost:70000")]
    [InlineData("http://localhost:-1")]
    [InlineData("https://localhost:9999")]
    [InlineData("ftp://localhost:9999")]
    [InlineData("http://localhost:9999/clientes")]
    [InlineData("http://localhost:9999?x")]
    [InlineData("http://no-such-host.invalid:9999")]
    [InlineData("unix:")]
    [InlineData("/tmp/api.sock")]
    public void Anything_else_is_refused_in_one_line(string url) => AssertRefused(url);

    [Fact]
    public void A_name_that_is_too_long_for_any_host_is_refused_as_well() =>
        AssertRefused($"http://{string.Join('.', Enumerable.Repeat(new string('a', 60), 5))}:9999");

    [Fact]
    public void It_says_whether_somebody_listens()
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

    private static EndPoint EndPointOf(Target target, EndPoint like)
    {
        var address = new SocketAddress(like.AddressFamily, target.Address.Length) { Size = target.Address.Length };
        target.Address.CopyTo(address.Buffer);
        return like.Create(address);
    }
}
