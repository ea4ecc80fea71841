using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Hosts;
using Rinha.Stack.Proxies;

namespace Rinha.Stack.Tests.Fixtures;

/// <summary>
/// The bank on hosts of its own: PostgreSQL on one, nginx on another, an API on each of two, the load on one more.
/// docs/scale-out.md has the settings.
/// </summary>
internal sealed class BankOnHosts : IDisposable
{
    public const string Database = "db";

    private const string Proxy = "proxy";
    private const string Load = "load";
    private const string ProxyAddress = "10.24.1.2";
    private const string DatabaseAddress = "10.24.1.3";
    private const string Password = "of-hosts";
    private const int Port = 9999;

    private readonly TemporaryDirectory _directory = new();
    private readonly HostNetwork _network = new();
    private readonly Dictionary<string, ChildProcess> _processes = [];
    private readonly PostgresCluster _cluster;

    public BankOnHosts()
    {
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_101_101);
        foreach (var (host, address) in ((string, string)[])
        [
            (Load, "10.24.1.1"), (Proxy, ProxyAddress), (Database, DatabaseAddress), (NameOf(1), AddressOf(1)),
            (NameOf(2), AddressOf(2)),
        ])
        {
            _network.Add(host, address + "/24", new ProcessLimits(50_000, 512 * 1024 * 1024));
        }

        // A host that is gone without a word is given up after some 3 s instead of 15 minutes.
        foreach (var (setting, value) in ((string, int)[])
            [("tcp_retries2", 2), ("tcp_keepalive_time", 1), ("tcp_keepalive_intvl", 1), ("tcp_keepalive_probes", 2)])
        {
            _network.Tune(Proxy, setting, value);
        }

        _cluster = new PostgresCluster(
            PostgresPrograms.Find()!, _directory.File("data"), _directory.File("sockets"));
        StartDatabase();
        StartApi(1);
        StartApi(2);
        StartProxy();
    }

    private string ListFile => _directory.File($"{Proxy}/apis.conf");

    public static string NameOf(int api) => $"api{api}";

    public void StartApi(int api)
    {
        Start(
            NameOf(api),
            "env", $"DATABASE_URL=postgres://rinha:{Password}@{DatabaseAddress}/rinha", $"API_HOST={AddressOf(api)}",
            $"API_PORT={Port}", "RINHA_DRAIN_DELAY_MS=0", Testing.Repository.ServerBinary);
        AwaitHealthy(AddressOf(api));
    }

    public void StopApi(int api)
    {
        var process = _processes[NameOf(api)];
        process.Identity.Send(Signal.Terminate);
        Wait.Until(() => process.HasExited, $"api{api} ends");
        Assert.Equal("exit status 0", process.ExitText);
    }

    /// <summary>nginx sends requests to these from now on; what others have begun, they finish.</summary>
    public void List(params int[] apis)
    {
        WriteList(apis);
        var before = ProcessTable.SessionOf(_processes[Proxy].Identity);
        _processes[Proxy].Identity.Send(Signal.HangUp);
        // A worker that was not there before has the new list.
        Wait.Until(
            () => ProcessTable.SessionOf(_processes[Proxy].Identity).Except(before).Any(), "nginx takes its new list");
    }

    public void Cut(string host) => _network.Cut(host);

    public void Join(string host) => _network.Join(host);

    /// <summary>How many posts and statements an API has answered; none when it cannot be asked.</summary>
    public double Served(int api) => Curl($"http://{AddressOf(api)}:{Port}/metrics", "--max-time", "1").Lines
        .Where(line => line.StartsWith("rinha_http_requests_total{operation=\"post\"", StringComparison.Ordinal)
            || line.StartsWith("rinha_http_requests_total{operation=\"statement\"", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));

    /// <summary>
    /// A debit beyond every limit, which changes nothing: its status, and whether it came with Retry-After.
    /// </summary>
    public (int Status, bool HasRetryAfter) Probe()
    {
        var answer = Curl(
            $"http://{ProxyAddress}:{Port}/clientes/5/transacoes", "--max-time", "20", "--include", "-H",
            "Content-Type: application/json", "-d",
            "{\"valor\":9007199254740991,\"tipo\":\"d\",\"descricao\":\"probe\"}").Output;
        return (
            int.Parse(answer.AsSpan(9, 3)), answer.Contains("\nRetry-After: ", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The load tester on a schedule, each transaction under its key; its report.</summary>
    public Task<JsonElement> LoadFor(int seconds, params string[] flags) => Task.Run(() =>
    {
        string[] load = ["--keys", "-c", "64", "-r", "100", "-d", $"{seconds}s", "--quiet", "-o", "json", .. flags];
        var result = _network.Run(
            Load, [Testing.Repository.LoadTestBinary, "load", $"http://{ProxyAddress}:{Port}", .. load]);
        Assert.True(result.Output.StartsWith('{'), result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    });

    /// <summary>
    /// Fails unless the database agrees with itself and with what was acknowledged: nothing lost, nothing twice.
    /// </summary>
    public void AssertBooks(JsonElement report)
    {
        var posts = report.GetProperty("operations").EnumerateArray()
            .Where(operation => operation.GetProperty("name").GetString() != "extrato").ToList();
        var acknowledged = posts.Sum(operation =>
            operation.GetProperty("statuses").TryGetProperty("200", out var count) ? count.GetInt64() : 0);
        var unknown = posts.Sum(operation => operation.GetProperty("failed").GetInt64());
        var books = _cluster.Ask("-qAt", "-f", Testing.Repository.PathOf("Rinha.Stack.Tests", "books.sql"));
        var figures = books.OrFail("the books").Output.Trim().Split('|').Select(long.Parse).ToList();
        Assert.Equal(0, figures[3]);
        Assert.Equal(figures[0], figures[1]);
        Assert.InRange(figures[0], acknowledged, acknowledged + unknown);
        Assert.True(acknowledged > 0);
    }

    public void Dispose()
    {
        _network.Dispose();
        _directory.Dispose();
    }

    private static string AddressOf(int api) => $"10.24.1.{10 + api}";

    private void StartDatabase()
    {
        _cluster.CreateSockets();
        _cluster.Create();
        _cluster.Configure();
        File.AppendAllText(_directory.File("data/pg_hba.conf"), "host rinha rinha 10.24.1.0/24 scram-sha-256\n");
        // A client that is gone without a word may hold the locks of half a batch: it is given up before the others
        // have waited 5 s for them.
        string[] settings =
        [
            $"listen_addresses={DatabaseAddress}", "max_connections=100", "tcp_keepalives_idle=1",
            "tcp_keepalives_interval=1", "tcp_keepalives_count=2", "tcp_user_timeout=3000",
        ];
        Start(Database, [.. _cluster.Command(), .. settings.SelectMany(setting => (string[])["-c", setting])]);
        Wait.Until(_cluster.Answers, "PostgreSQL answers");
        _cluster.Ask("-q", "-c", $"ALTER ROLE rinha PASSWORD '{Password}'").OrFail("the password");
    }

    private void StartProxy()
    {
        var directory = Directory.CreateDirectory(_directory.File(Proxy)).FullName;
        UserAccount.Proxy.OpenDirectory(directory);
        WriteList(1, 2);
        var configuration = new NginxConfiguration(directory, Port, ServerList: ListFile);
        File.WriteAllText($"{directory}/nginx.conf", configuration.Render(Nginx.Template));
        Start(Proxy, Nginx.Command(directory, $"{directory}/nginx.conf"));
        AwaitHealthy(ProxyAddress);
    }

    // A host that is silent rests after two failures.
    private void WriteList(params int[] apis) => File.WriteAllLines(ListFile, apis.Select(
        api => $"server {AddressOf(api)}:{Port} max_conns=512 max_fails=2 fail_timeout=5s;"));

    private void Start(string host, params IReadOnlyList<string> command) =>
        _processes[host] = _network.Start(host, command, _directory.File(host + ".log"));

    private void AwaitHealthy(string address) => Wait.Until(
        () => Curl($"http://{address}:{Port}/health", "--fail", "--max-time", "1").Succeeded, $"{address} answers");

    private ToolResult Curl(string url, params string[] flags) =>
        _network.Run(Load, ["curl", "--silent", "--noproxy", "*", .. flags, url]);
}
