using Rinha.Stack;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Hosts;

namespace Rinha.Chaos.UnderTest;

// PostgreSQL that fails over, under the files of stacks/patroni/: three hosts, each with etcd, Patroni and PostgreSQL
// on a small disk, and a host for each API. The oracle reads the primary through its unix socket. One thread. Dispose
// kills all of it.
internal sealed class FailoverCluster : IDisposable
{
    private const string Password = "of-the-apis";
    private const string SubnetPrefix = "10.24.1.";

    private static readonly TimeSpan s_wholeTimeout = TimeSpan.FromMinutes(5); // A lost host may need a base backup.
    private static readonly ProcessLimits s_limits = new(CpuQuota: 200_000, MemoryBytes: 2L << 30);

    private readonly HostNetwork _network;
    private readonly List<DatabaseHost> _hosts = [];

    public FailoverCluster(CampaignRun run)
    {
        if (!HostNetwork.IsPossible)
        {
            throw new CampaignSkipped("hosts need root, ip (iproute2), network namespaces and cgroups");
        }

        run.Settings.RequirePrograms(("patroni", "patroni"), ("etcd", "etcd-server"), ("curl", "curl"));
        _network = new HostNetwork();
        try
        {
            foreach (var (api, index) in Bank.Names.Select((api, index) => (api, index)))
            {
                _network.Add(api, $"{SubnetPrefix}{21 + index}/24", s_limits);
            }

            for (var number = 1; number <= 3; number++)
            {
                var host = new DatabaseHost(run, _network, $"db{number}", $"{SubnetPrefix}{10 + number}");
                _hosts.Add(host);
                _network.Add(host.Name, host.Address + "/24", s_limits);
            }

            Repair();
            CreateDatabase();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Url => $"postgres://rinha:{Password}@{string.Join(',', _hosts.Select(host => host.Address))}/rinha"
        + "?target_session_attrs=read-write";

    // Of the primary of this moment; connects as the superuser.
    public ILedgerSource Ledger => Primary.LedgerOf("rinha");

    public DatabaseHost Primary => WithRole("Leader");

    public DatabaseHost Standby => WithRole("Sync Standby");

    public DatabaseHost? EtcdLeader => _hosts.Find(host => host.Etcd is EtcdState.Leader);

    public IReadOnlyList<string> OnHost(string api, IReadOnlyList<string> command) => _network.At(api, command);

    // Plugs in, frees and starts what a fault has taken away, and waits until all three hosts do their part again.
    public void Repair()
    {
        foreach (var host in _hosts)
        {
            _network.Plug(host.Name);
            host.Disk.Free();
            host.Start();
        }

        if (!Poll.Until(s_wholeTimeout, IsWhole, pauseMilliseconds: 500))
        {
            throw new ChaosException($"the cluster is not whole: {_hosts[0].Patronictl("list").Output}");
        }
    }

    // As an operator does it, from any host but the primary; to the synchronous standby.
    public ToolResult SwitchOver() => Standby.Patronictl("switchover", "--force");

    public void Unplug(DatabaseHost host) => _network.Unplug(host.Name);

    // Cuts it off from the other database hosts only: the APIs reach all of them.
    public void Split(DatabaseHost host) =>
        _network.CutFrom(host.Name, _hosts.Where(other => other != host).Select(other => other.Address));

    public void Dispose()
    {
        _network.Dispose();
        _hosts.ForEach(host => host.Disk.Dispose());
    }

    private DatabaseHost WithRole(string role)
    {
        var name = Members().FirstOrDefault(member => member.Role == role)?.Name;
        return _hosts.Find(host => host.Name == name) ?? throw new ChaosException($"no {role} among the hosts");
    }

    private bool IsWhole()
    {
        var members = Members();
        return members.Count == _hosts.Count
            && members.All(member => member.State is "running" or "streaming" && member.Timeline == members[0].Timeline)
            && members.Any(member => member.Role == "Leader") && members.Any(member => member.Role == "Sync Standby")
            && _hosts.TrueForAll(host => host.Etcd is not EtcdState.Lost);
    }

    // From the first host that knows them.
    private List<Member> Members()
    {
        var list = _hosts.Select(host => host.Patronictl("list", "--format", "json")).FirstOrDefault(
            result => result.Output.StartsWith('['));
        using var members = JsonDocument.Parse(list?.Output ?? "[]");
        return
        [
            .. members.RootElement.EnumerateArray().Select(member => new Member(
                member.GetProperty("Member").GetString()!,
                member.GetProperty("Role").GetString()!,
                member.GetProperty("State").GetString()!,
                member.TryGetProperty("TL", out var timeline) ? $"{timeline}" : "")),
        ];
    }

    private void CreateDatabase()
    {
        using var connection = Primary.LedgerOf("postgres").Open();
        var statements = File.ReadLines(Repository.PathOf("stacks", "postgres", "rinha.sql"))
            .Where(line => !line.StartsWith("--", StringComparison.Ordinal));
        foreach (var statement in statements.Append($"ALTER ROLE rinha PASSWORD '{Password}'"))
        {
            connection.Execute(statement);
        }
    }

    private sealed record Member(string Name, string Role, string State, string Timeline);
}

internal enum EtcdState
{
    Lost, // It does not answer, or knows no leader.
    Follower,
    Leader,
}

// One database host. Its configuration is that of the first host, with another name and address.
internal sealed class DatabaseHost(CampaignRun run, HostNetwork network, string name, string address)
{
    private const int DiskMegabytes = 1024; // In memory. Logs of etcd and PostgreSQL take up to 128 and 256 each.
    private const string FirstAddress = "10.24.1.11";
    private const string ClientSeconds = "20";

    private readonly string _sockets = Path.Combine(run.Settings.ClusterSockets, name);
    private ChildProcess? _etcd;
    private ChildProcess? _patroni;

    public string Name => name;
    public string Address => address;

    public TemporaryDisk Disk { get; } =
        TemporaryDisk.TryMount(Path.Combine(run.Directory, name), DiskMegabytes)
        ?? throw new CampaignSkipped("no disk can be mounted here");

    public EtcdState Etcd
    {
        get
        {
            var metrics = network.Run(
                name, "curl", "--silent", "--noproxy", "*", "--max-time", "2", $"http://{address}:2379/metrics").Lines;
            return metrics.Contains("etcd_server_is_leader 1") ? EtcdState.Leader
                : metrics.Contains("etcd_server_has_leader 1") ? EtcdState.Follower
                : EtcdState.Lost;
        }
    }

    private string Configuration => Path.Combine(Disk.Path, "patroni.yml");

    private string Data => Path.Combine(Disk.Path, "15", "rinha");

    public PostgresLedgerSource LedgerOf(string database)
    {
        const string setting = "PATRONI_SUPERUSER_PASSWORD=";
        var password = Variables("patroni.env").First(line => line.StartsWith(setting, StringComparison.Ordinal));
        _ = PostgresUrl.TryParse(
            $"postgres://postgres:{password[setting.Length..]}@/{database}?host={_sockets}", out var url);
        return new PostgresLedgerSource(url!);
    }

    // What of it is not running.
    public void Start()
    {
        if (!File.Exists(Configuration))
        {
            var binaries = PostgresPrograms.Find()!.BinDirectory;
            Directory.CreateDirectory(_sockets);
            File.WriteAllText(Configuration, File.ReadAllText(Repository.PathOf("stacks", "patroni", "patroni.yml"))
                .Replace("/var/lib/postgresql", Disk.Path, StringComparison.Ordinal)
                .Replace("/var/run/postgresql", _sockets, StringComparison.Ordinal)
                .Replace("/usr/lib/postgresql/15/bin", binaries, StringComparison.Ordinal));
            PostgresPrograms.User.Chown(Disk.Path, _sockets);
        }

        _etcd = StartIfEnded(_etcd, "etcd", "etcd");
        _patroni = StartIfEnded(_patroni, "patroni", "patroni", Configuration);
    }

    // kill -9 of Patroni and of all of PostgreSQL's processes at once.
    public void KillDatabase() => ProcessTable.KillAll(
        () => [.. ProcessTable.SessionOf(_patroni!.Identity), .. PostgresCluster.ProcessesOf(Data)]);

    public void KillEtcd() => ProcessTable.KillAll(() => ProcessTable.SessionOf(_etcd!.Identity));

    public ToolResult Patronictl(params string[] arguments) => network.Run(
        name, ["timeout", ClientSeconds, .. Command("patroni", ["patronictl", "-c", Configuration, .. arguments])]);

    private ChildProcess StartIfEnded(ChildProcess? child, string program, params string[] command) =>
        child is { HasExited: false }
            ? child
            : network.Start(name, Command(program, command), Path.Combine(run.Directory, $"{name}-{program}.log"));

    // As systemd would start it: as its user, with its file of variables.
    private string[] Command(string program, params string[] command) =>
    [
        .. PostgresPrograms.User.AsUser, "env", "-i", "-C", Disk.Path, "LC_ALL=C.UTF-8", $"PATH={Tool.SearchPath}",
        .. Variables(program + ".env"), .. command,
    ];

    private IEnumerable<string> Variables(string file) =>
        from line in File.ReadLines(Repository.PathOf("stacks", "patroni", file))
        where !line.StartsWith('#')
        select line.StartsWith("ETCD_INITIAL_CLUSTER=", StringComparison.Ordinal) ? line
            : line.Replace("/var/lib/etcd", Disk.Path, StringComparison.Ordinal)
                .Replace("db1", name, StringComparison.Ordinal)
                .Replace(FirstAddress, address, StringComparison.Ordinal);
}
