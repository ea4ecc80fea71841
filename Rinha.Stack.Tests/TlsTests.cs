namespace Rinha.Stack.Tests;

// --tls: https with TLS 1.2 or newer, and http for this machine only.
public sealed class TlsTests
{
    [Theory]
    [InlineData("nginx-sqlite")]
    [InlineData("nginx-stream")]
    public void It_answers_over_tls_and_over_nothing_weaker(string name)
    {
        Assert.SkipWhen(Tool.Find("openssl") is null, "no openssl");
        using var stack = new TestBank();
        var port = FreePort.Next().Port;
        // The documented command.
        var directory = Directory.CreateDirectory(stack.Scratch("tls")).FullName;
        var command = File.ReadLines(Testing.Repository.PathOf("docs", "open-network.md"))
            .First(line => line.StartsWith("openssl req ", StringComparison.Ordinal));
        Tool.Run(["sh", "-c", command], directory: directory).OrThrow("openssl");
        stack.Run("--stack", name, "--tls", directory, "--tls-port", $"{port}")
            .AssertExit(0, $"up: https://127.0.0.1:{port}");
        stack.Verb("status").AssertExit(0, $"running: https://127.0.0.1:{port} (");
        Assert.Equal($"https://127.0.0.1:{port}", stack.Status().GetProperty("url").GetString());

        string Post(string path, string body) => Tool.Run(
            [
                "curl", "--silent", "--noproxy", "*", "--cacert", $"{directory}/tls.crt", "--write-out", "%{http_code}",
                "-H", "Content-Type: application/json", "-d", body, $"https://localhost:{port}{path}",
            ]).OrThrow("curl").Output;
        Assert.Equal("{\"limite\":100000,\"saldo\":1}200", Post("/clientes/1/transacoes", RawRequest.Body));
        Assert.EndsWith("404", Post("/reset", ""));
        using var plain = new RawConnection(new IPEndPoint(IPAddress.Loopback, port));
        plain.Send(RawRequest.Get("/health"));
        if (stack.Instance.State.Layout.Proxy.IsLayer4)
        {
            Assert.True(plain.IsEnded());
            AssertBounded(stack);
        }
        else
        {
            plain.Receive().AssertProblem(400, "https-required");
        }

        Assert.Contains("New, TLSv1.3,", Handshake(port, "-tls1_3"));
        Assert.Contains("New, TLSv1.2,", Handshake(port, "-tls1_2"));
        Assert.Contains("New, (NONE)", Handshake(port, "-tls1_1"));

        // --host opens https only; 127.0.0.2 stands for the machine's other addresses.
        var elsewhere = IPAddress.Parse("127.0.0.2");
        AssertRefused(elsewhere, port);
        stack.Verb("stop");
        stack.Run("--stack", name, "--tls", directory, "--tls-port", $"{port}", "--host", "0.0.0.0")
            .AssertExit(0, $"https://0.0.0.0:{port}, open to the network");
        Assert.Equal(200, stack.Get("/health").Status);
        AssertRefused(elsewhere, stack.Port);
        new RawConnection(new IPEndPoint(elsewhere, port)).Dispose();
    }

    [Fact]
    public void A_missing_certificate_is_reported_in_one_line()
    {
        using var stack = new TestBank();
        stack.TryRun([], "--tls", stack.Scratch("none")).AssertExit(2, "/none/tls.crt cannot be read");
    }

    // One address has 100 connections.
    private static void AssertBounded(TestBank stack)
    {
        stack.Verb("status").AssertExit(0, "limit   100 connections for each address");
        Wait.Until(() => stack.Answers(), "the connections before have ended");
        var held = Enumerable.Range(0, 100).Select(_ => new RawConnection(stack.EndPoint)).ToList();
        Wait.Until(() => !stack.Answers(), "one more connection is closed");
        using var other = new RawConnection(stack.EndPoint, IPAddress.Parse("127.0.0.2"));
        other.Exchange(RawRequest.Get("/health")).AssertOk();
        held.ForEach(connection => connection.Dispose());
        Wait.Until(() => stack.Answers(), "it is served again");
    }

    private static void AssertRefused(IPAddress address, int port)
    {
        var refused = Assert.Throws<SocketException>(
            () => new RawConnection(new IPEndPoint(address, port)).Dispose());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    // SECLEVEL=0 lets the client offer every version and cipher.
    private static string Handshake(int port, string version)
    {
        var result = Tool.Run(
            ["openssl", "s_client", "-connect", $"127.0.0.1:{port}", "-cipher", "ALL:@SECLEVEL=0", version]);
        return result.Output + result.Error;
    }
}
