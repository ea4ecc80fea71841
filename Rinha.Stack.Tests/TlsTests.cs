using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rinha.Stack.Tests;

/// <summary>With a certificate, the bank answers over https and over nothing weaker.</summary>
public sealed class TlsTests
{
    private static readonly IPAddress s_elsewhere = IPAddress.Parse("127.0.0.2");

    [Fact]
    public void It_answers_over_tls_and_over_nothing_weaker()
    {
        using var stack = new BankStack();
        var port = FreePort.Next().Port;
        var directory = Certificate(stack);
        stack.Run("--tls", directory, "--tls-port", $"{port}");

        var body = "{\"valor\": 7, \"tipo\": \"c\", \"descricao\": \"tls\"}";
        var credit = Encoding.UTF8.GetString(RawRequest.Post("/clientes/1/transacoes", body));
        Assert.EndsWith("{\"limite\":100000,\"saldo\":7}", Exchange(directory, port, credit));
        var reset = Encoding.UTF8.GetString(RawRequest.Post("/reset", ""));
        Assert.StartsWith("HTTP/1.1 404 ", Exchange(directory, port, reset));
        using (var plain = new RawConnection(new IPEndPoint(IPAddress.Loopback, port)))
        {
            var answer = plain.Exchange(RawRequest.Get("/health")).AssertProblem(400);
            Assert.Contains("this port speaks HTTPS only", answer.Text, StringComparison.Ordinal);
        }

        Assert.SkipWhen(Tool.Find("openssl") is null, "no openssl to ask for old versions with");
        Assert.Contains("New, TLSv1.3,", Handshake(port, "-tls1_3"));
        Assert.Contains("New, TLSv1.2,", Handshake(port, "-tls1_2"));
        Assert.Contains("New, (NONE)", Handshake(port, "-tls1_1"));

        // Without TLS only this machine is served; 127.0.0.2 stands for its other addresses.
        Assert.Equal(200, stack.Get("/health").Status);
        var refused = Assert.Throws<SocketException>(
            () => new RawConnection(new IPEndPoint(s_elsewhere, stack.Port)).Dispose());
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public void A_missing_certificate_is_one_clear_line()
    {
        using var stack = new BankStack();
        stack.TryRun([], "--tls", stack.Scratch("none")).AssertExit(1, "/none/tls.crt cannot be read");
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("tls|limit")]
    public void The_container_switches_on_what_it_is_told_to(string blocks)
    {
        var line = File.ReadLines(Testing.Repository.PathOf("compose.tls.yaml"))
            .Single(line => line.Contains("sed -E"));
        var template = Testing.Repository.PathOf("nginx", "nginx.conf");
        var script = line.Trim().Split(" >")[0].Replace("$$", "$", StringComparison.Ordinal)
            .Replace("/etc/nginx/nginx.conf", template, StringComparison.Ordinal);
        var result = Tool.Run(["env", "NGINX_BLOCKS=" + blocks, "sh", "-euc", script]);
        Assert.Matches(@"(?m)^ *listen 9443 ssl", result.Output);
        Assert.Equal(blocks == "tls", result.Output.Contains("#limit: limit_conn ", StringComparison.Ordinal));
    }

    // As docs/open-network.md makes one.
    private static string Certificate(BankStack stack)
    {
        var directory = Directory.CreateDirectory(stack.Scratch("tls")).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(directory, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return directory;
    }

    // Only that certificate is trusted.
    private static string Exchange(string directory, int port, string request)
    {
        using var trusted = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(directory, "tls.crt"));
        using var client = new TcpClient("127.0.0.1", port);
        using var stream = new SslStream(
            client.GetStream(), leaveInnerStreamOpen: false,
            (_, certificate, _, _) => certificate?.GetCertHashString() == trusted.GetCertHashString());
        stream.AuthenticateAsClient("localhost", null, SslProtocols.None, checkCertificateRevocation: false);
        stream.Write(Encoding.UTF8.GetBytes(request));
        var answer = new byte[16 * 1024];
        return Encoding.UTF8.GetString(answer, 0, stream.Read(answer));
    }

    // The client itself would do anything.
    private static string Handshake(int port, string version)
    {
        var result = Tool.Run(
            ["openssl", "s_client", "-connect", $"127.0.0.1:{port}", "-cipher", "ALL:@SECLEVEL=0", version]);
        return result.Output + result.Error;
    }
}
