using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Hosts;
using Rinha.Stack.Proxies;

namespace Rinha.Stack.Tests.Fixtures;

// The bank on separate hosts: PostgreSQL, nginx, two APIs and the load. docs/scale-out.md has the settings.
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

    public BankOnHosts(int apis = 2, int apiCpuQuota = 50_000, int databaseCpuQuota = 50_000)
    {
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_101_101);
        var apiNumbers = Enumerable.Range(1, apis).ToArray();
        foreach (var (host, address, cpuQuota) in ((string, string, int)[])
        [
            (Load, "10.24.1.1", 50_000), (Proxy, ProxyAddress, 50_000), (Database, DatabaseAddress, databaseCpuQuota),
            .. apiNumbers.Select(api => (NameOf(api), AddressOf(api), apiCpuQuota)),
        ])
        {
            _network.Add(host, address + "/24", new ProcessLimits(cpuQuota, 512 * 1024 * 1024));
        }

        // Give up on a silent host after about 3 s instead of 15 minutes.
        foreach (var (setting, value) in ((string, int)[])
            [("tcp_retries2", 2), ("tcp_keepalive_time", 1), ("tcp_keepalive_intvl", 1), ("tcp_keepalive_probes", 2)])
        {
            _network.SetSysctl(Proxy, setting, value);
        }

        _cluster = new PostgresCluster(
            PostgresPrograms.Find()!, _directory.File("data"), _directory.File("sockets"));
        StartDatabase();
        foreach (var api in apiNumbers)
        {
            StartApi(api);
        }

        StartProxy(apiNumbers);
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

    // Makes nginx route new requests to these APIs; others finish theirs.
    public void RouteTo(params int[] apis)
    {
        WriteList(apis);
        var before = ProcessTable.SessionOf(_processes[Proxy].Identity);
        _processes[Proxy].Identity.Send(Signal.HangUp);
        // A new worker has the new list.
        Wait.Until(
            () => ProcessTable.SessionOf(_processes[Proxy].Identity).Except(before).Any(), "nginx loads its new list");
    }

    public void Unplug(string host) => _network.Unplug(host);

    public void Plug(string host) => _network.Plug(host);

    // The posts and statements that an API has answered; 0 when it is unreachable.
    public double Served(int api) => Curl($"http://{AddressOf(api)}:{Port}/metrics", "--max-time", "1").Lines
        .Where(line => line.StartsWith("rinha_http_requests_total{operation=\"post\"", StringComparison.Ordinal)
            || line.StartsWith("rinha_http_requests_total{operation=\"statement\"", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));

    // Sends a debit above every limit, which changes nothing.
    public (int Status, bool HasRetryAfter) Probe()
    {
        var answer = Curl(
            $"http://{ProxyAddress}:{Port}/clientes/5/transacoes", "--max-time", "20", "--include", "-H",
            "Content-Type: application/json", "-d",
            "{\"valor\":9007199254740991,\"tipo\":\"d\",\"descricao\":\"probe\"}").Output;
        return (
            int.Parse(answer.AsSpan(9, 3)), answer.Contains("\nRetry-After: ", StringComparison.OrdinalIgnoreCase));
    }

    // Runs the load tester at a fixed rate, with a key for each transaction, and returns its report.
    public Task<JsonElement> LoadFor(int seconds, params string[] flags) =>
        Task.Run(() => RunLoad(["--keys", "-r", "100", "-d", $"{seconds}s", .. flags]));

    // Runs the load tester with 64 connections and returns its report.
    public JsonElement RunLoad(params string[] flags)
    {
        string[] load = ["-c", "64", "--quiet", "-o", "json", .. flags];
        var result = _network.Run(
            Load, [Testing.Repository.LoadTesterBinary, "load", $"http://{ProxyAddress}:{Port}", .. load]);
        Assert.True(result.Output.StartsWith('{'), result.Error);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    public void AddAccounts(int last) => _cluster.Psql(
        "-q", "-c", $"INSERT INTO clientes (id, limite) SELECT id, 100000 FROM generate_series(6, {last}) id")
        .OrThrow("INSERT");

    // Runs full load for 4 s on accounts 1 to accounts; its figures as one line.
    public string Measure(IReadOnlyList<string> apis, int accounts)
    {
        long[] ReadCpu() =>
        [
            _network.CpuMicrosecondsOf(Database), apis.Sum(_network.CpuMicrosecondsOf),
            _network.CpuMicrosecondsOf(Proxy),
        ];

        var before = ReadCpu();
        var report = RunLoad("-d", "4s", "--accounts", $"{accounts}");
        var after = ReadCpu();
        var completed = report.GetProperty("summary").GetProperty("completed").GetDouble();
        var latency = report.GetProperty("latency");
        return string.Join(
            ' ',
            [
                $"{completed / report.GetProperty("duration").GetDouble():F0}",
                $"{latency.GetProperty("p50").GetDouble() * 1000:F1}",
                $"{latency.GetProperty("p99").GetDouble() * 1000:F1}",
                $"{report.GetProperty("summary").GetProperty("failed").GetInt64()}",
                .. after.Zip(before, (now, then) => $"{(now - then) / completed:F0}"),
            ]);
    }

    // The ledger must be consistent and hold every acknowledged transaction exactly once.
    public void AssertLedger(JsonElement report)
    {
        var posts = report.GetProperty("operations").EnumerateArray()
            .Where(operation => operation.GetProperty("name").GetString() != "statement").ToList();
        var acknowledged = posts.Sum(operation =>
            operation.GetProperty("statuses").TryGetProperty("200", out var count) ? count.GetInt64() : 0);
        var unknown = posts.Sum(operation => operation.GetProperty("failed").GetInt64());
        var audit = _cluster.Psql("-qAt", "-f", Testing.Repository.PathOf("Rinha.Stack.Tests", "audit.sql"));
        var counts = audit.OrThrow("audit.sql").Output.Trim().Split('|').Select(long.Parse).ToList();
        var (rows, distinctTexts, wrongClients) = (counts[0], counts[1], counts[3]);
        Assert.Equal(0, wrongClients);
        Assert.Equal(rows, distinctTexts);
        Assert.InRange(rows, acknowledged, acknowledged + unknown);
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
        // A silently lost client may hold the locks of half a batch: drop it before the others have waited 5 s.
        string[] settings =
        [
            $"listen_addresses={DatabaseAddress}", "max_connections=100", "tcp_keepalives_idle=1",
            "tcp_keepalives_interval=1", "tcp_keepalives_count=2", "tcp_user_timeout=3000",
        ];
        Start(Database, [.. _cluster.Command(), .. settings.SelectMany(setting => (string[])["-c", setting])]);
        Wait.Until(_cluster.Answers, "PostgreSQL answers");
        _cluster.Psql("-q", "-c", $"ALTER ROLE rinha PASSWORD '{Password}'").OrThrow("ALTER ROLE");
    }

    private void StartProxy(int[] apis)
    {
        var directory = Directory.CreateDirectory(_directory.File(Proxy)).FullName;
        UserAccount.Proxy.AllowTraversal(directory);
        WriteList(apis);
        var configuration = new NginxConfiguration(
            directory, new StackAccess(StackAccess.Everywhere, Port), ServerList: ListFile);
        File.WriteAllText($"{directory}/nginx.conf", configuration.Render(Nginx.Template));
        Start(Proxy, Nginx.Command(directory, $"{directory}/nginx.conf"));
        AwaitHealthy(ProxyAddress);
    }

    // nginx stops using a silent host after two failures.
    private void WriteList(params int[] apis) => File.WriteAllLines(ListFile, apis.Select(
        api => $"server {AddressOf(api)}:{Port} max_conns=512 max_fails=2 fail_timeout=5s;"));

    private void Start(string host, params IReadOnlyList<string> command) =>
        _processes[host] = _network.Start(host, command, _directory.File(host + ".log"));

    private void AwaitHealthy(string address) => Wait.Until(
        () => Curl($"http://{address}:{Port}/health", "--fail", "--max-time", "1").Succeeded, $"{address} answers");

    private ToolResult Curl(string url, params string[] flags) =>
        _network.Run(Load, ["curl", "--silent", "--noproxy", "*", .. flags, url]);
}
