using System.Text.RegularExpressions;
using Rinha.Stack.Proxies;

namespace Rinha.Stack.Tests;

// The logins of docs/open-network.md: its directives for nginx, with paths and ports of this test.
public sealed partial class LoginTests : IDisposable
{
    private static readonly string s_page = File.ReadAllText(Testing.Repository.PathOf("docs", "open-network.md"));

    private readonly TestBank _stack = new();
    private readonly string _files;

    public LoginTests() => _files = Directory.CreateDirectory(_stack.Scratch("rinha")).FullName;

    public void Dispose() => _stack.Dispose();

    [Fact]
    public void A_password()
    {
        Include("password.conf");
        Shell("printf 'maria:%s");
        var misspelt = Path.Combine(_stack.Data.NginxDirectory, "password.cnf");
        File.WriteAllText(misspelt, "");
        var output = _stack.Run().Output;
        var login = $"  login   auth_basic of {_stack.Data.NginxDirectory}/password.conf\n";
        Assert.Contains(login, output);
        Assert.Contains($"{misspelt} is not in force", output);
        _stack.Verb("status").AssertExit(0, login);
        var refused = _stack.Get(TestBank.Statement).AssertProblem(401, "unauthorized");
        Assert.Equal("Basic realm=\"rinha\"", refused.Header("WWW-Authenticate"));
        Assert.Equal(401, StatusAs("maria:wrong"));
        Assert.Equal(401, _stack.Exchange(RawRequest.Credit).Status);
        Assert.Equal(200, StatusAs("maria:secret"));
        Assert.Equal(200, _stack.Get("/health").Status);
        Assert.Equal(0, Statement("maria:secret").Json.GetProperty("saldo").GetProperty("total").GetInt64());
    }

    [Fact]
    public void A_client_certificate()
    {
        Include("certificate.conf");
        Shell("mkdir -p /etc/rinha");
        Shell("cd /etc/rinha\nopenssl req -x509");
        var port = FreePort.Next().Port;
        _stack.Run("--tls", _files, "--tls-port", $"{port}");
        Assert.EndsWith("400", Curl(port));
        Assert.EndsWith("200", Curl(port, "--cert", $"{_files}/maria.crt", "--key", $"{_files}/maria.key"));
        // One of another authority: the server's own.
        Assert.EndsWith("400", Curl(port, "--cert", $"{_files}/tls.crt", "--key", $"{_files}/tls.key"));
    }

    [Fact]
    public async Task A_service_that_decides()
    {
        var port = FreePort.Next().Port;
        Include("service.conf", ("127.0.0.1:4180", $"127.0.0.1:{port}"));
        _stack.Run();
        Assert.Equal(500, _stack.Get(TestBank.Statement).AssertProblem(500, "server-error").Status);

        using var service = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        service.Start();
        var asked = new List<string>();
        var answers = Task.Run(() => Answer(service, asked), TestContext.Current.CancellationToken);
        Assert.Equal(200, Statement("maria:x").Status);
        _stack.Get(TestBank.Statement).AssertProblem(401, "unauthorized");
        var credit = RawRequest.Post("/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, Login("maria:x"));
        Assert.Equal(200, _stack.Exchange(credit).Status);
        Assert.Equal(
            ["GET /clientes/1/extrato", "GET /clientes/1/extrato", "POST /clientes/1/transacoes"], asked);
        service.Stop();
        await answers;
    }

    [Theory]
    [InlineData("auth_basic 'a;{'; auth_basic_user_file users;", "auth_basic")]
    [InlineData("# auth_request /_auth;\nadd_header X \"${host}; auth_request /_auth;\";", null)]
    [InlineData("auth_basic x;", null)] // nginx ignores it without a list of users.
    [InlineData("auth_request off; ssl_verify_client optional;", null)]
    [InlineData("location /a/ { auth_request /_auth; proxy_pass http://api; }", null)]
    [InlineData("location /a/ { auth_request off; return 204; } auth_request /_auth;", "auth_request")]
    [InlineData("auth_request /a; location /b { if ($x) { break; } auth_request off; proxy_pass http://c; }", null)]
    public void A_login_counts_only_where_every_request_needs_it(string text, string? directive)
    {
        var file = Path.Combine(_files, "some.conf");
        File.WriteAllText(file, text);
        var login = NginxDirective.LoginOf(NginxDirective.Read(_files));
        Assert.Equal(directive is null ? null : $"{directive} of {file}", login);
    }

    [Theory]
    [InlineData("auth_basic x; auth_basic_user_file /nowhere/users;", "/nowhere/users, the auth_basic_user_file of ")]
    [InlineData("ssl_client_certificate /x; ssl_verify_client on;", "ssl_verify_client of ")]
    public void A_login_that_cannot_work_stops_the_start(string text, string reason)
    {
        Directory.CreateDirectory(_stack.Data.NginxDirectory);
        File.WriteAllText(Path.Combine(_stack.Data.NginxDirectory, "some.conf"), text);
        _stack.TryRun([], "--floor").AssertExit(2, $"rinha: {reason}{_stack.Data.NginxDirectory}/some.conf");
    }

    private static void Answer(HttpListener service, List<string> asked)
    {
        try
        {
            while (true)
            {
                var context = service.GetContext();
                var headers = context.Request.Headers;
                asked.Add($"{headers["X-Original-Method"]} {headers["X-Original-URI"]}");
                context.Response.StatusCode = headers["Authorization"] is null ? 401 : 204;
                context.Response.Close();
            }
        }
        catch (HttpListenerException)
        {
            // Stopped.
        }
    }

    // Writes the page's directives for data/nginx.d/NAME.
    private void Include(string name, params (string From, string To)[] edits)
    {
        var text = Directives().Matches(s_page).Single(match => match.Groups["name"].Value == name)
            .Groups["text"].Value.Replace("/etc/rinha", _files, StringComparison.Ordinal);
        var directory = Directory.CreateDirectory(_stack.Data.NginxDirectory).FullName;
        File.WriteAllText(
            Path.Combine(directory, name),
            edits.Aggregate(text, (all, edit) => all.Replace(edit.From, edit.To, StringComparison.Ordinal)));
    }

    // Runs the page's block that begins with this.
    private void Shell(string start)
    {
        Assert.SkipWhen(Tool.Find("openssl") is null, "no openssl");
        var block = s_page.Split("```sh\n").Single(text => text.StartsWith(start, StringComparison.Ordinal))
            .Split("```")[0].Replace("/etc/rinha", _files, StringComparison.Ordinal);
        Tool.Run(["sh", "-euc", block]).OrThrow("the page's commands");
    }

    private RawResponse Statement(string login) => _stack.Exchange(RawRequest.Get(TestBank.Statement, Login(login)));

    private int StatusAs(string login) => Statement(login).Status;

    private static string Login(string login) =>
        "Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(login));

    private string Curl(int port, params string[] flags) => Tool.Run([
        "curl", "--silent", "--noproxy", "*", "--cacert", $"{_files}/tls.crt", "--write-out", "%{http_code}", .. flags,
        $"https://localhost:{port}{TestBank.Statement}",
    ]).OrThrow("curl").Output;

    [GeneratedRegex(@"(?ms)`data/nginx\.d/(?<name>[a-z]+\.conf)`:\n\n```nginx\n(?<text>.*?)^```")]
    private static partial Regex Directives();
}
