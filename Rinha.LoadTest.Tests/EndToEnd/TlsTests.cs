using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rinha.LoadTest.Tests.EndToEnd;

// The published binary loads a bank over https, and checks its certificate.
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StubBank _bank = new();
    private readonly StubServer _relay;
    private X509Certificate2? _certificate;

    public TlsTests() => _relay = StubServer.Start(Relay);

    private string Port => _relay.Url.Split(':')[^1];

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public void A_trusted_certificate_is_accepted_for_its_host(string host)
    {
        var exit = Run(Trusting(host), $"https://{host}:{Port}", "--check");

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        Assert.Equal(500, Reports.Read(exit.Output).Summary.Completed);
        Assert.All(Reports.Read(exit.Output).Check!.Checks, check => Assert.Equal(0, check.Violations));
    }

    [Fact]
    public void Another_certificate_is_refused_unless_any_is_accepted()
    {
        var otherHost = Run(Trusting("localhost"), $"https://127.0.0.1:{Port}");
        var refused = Run([], $"https://localhost:{Port}");
        var insecure = Run([], $"https://localhost:{Port}", "--insecure");
        var plain = Run([], $"https://localhost:{_bank.Url.Split(':')[^1]}");

        Assert.Equal(0, insecure.Code);
        Assert.All([refused, otherHost, plain], exit => Assert.Equal((1, ""), (exit.Code, exit.Output)));
        Assert.Equal(
            $"Rinha.LoadTest: https://localhost:{Port}: self-signed certificate (--insecure accepts any certificate)\n",
            refused.Error);
        Assert.Contains("IP address mismatch", otherHost.Error, StringComparison.Ordinal);
        Assert.Contains("the TLS handshake", plain.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _relay.Dispose();
        _bank.Dispose();
        _certificate?.Dispose();
        _directory.Dispose();
    }

    private static CommandExit Run((string, string)[] environment, params string[] options)
    {
        using var command = new TestProcess(
            [Repository.LoadTesterBinary, "load", .. options, "-n", "500", "--quiet", "-o", "json"], environment);
        return command.AwaitExit();
    }

    // Gives the server a certificate for the host, and the client's environment to trust it.
    private (string, string)[] Trusting(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(_directory.File("tls.crt"), _certificate.ExportCertificatePem());
        return [("SSL_CERT_FILE", _directory.File("tls.crt"))];
    }

    // Ends TLS in front of the bank.
    private void Relay(StubConnection client)
    {
        using var bank = _bank.Target.NewSocket();
        bank.Connect(_bank.Target.EndPoint);
        bank.NoDelay = true;
        using var plain = new NetworkStream(bank);
        using var tls = new SslStream(new NetworkStream(client.Socket));
        try
        {
            tls.AuthenticateAsServer(_certificate!);
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            return; // The client refused the certificate.
        }

        Task.WaitAny(tls.CopyToAsync(plain), plain.CopyToAsync(tls));
    }
}
