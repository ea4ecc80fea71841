using Rinha.Stack.Builds;

namespace Rinha.Stack.Supervision;

/// <summary>What is asked of <c>run</c>.</summary>
/// <param name="Data">Where the ledger, the logs and the state are.</param>
/// <param name="Port">Where the proxy listens.</param>
/// <param name="Server">The binary of the servers.</param>
/// <param name="IsFresh">Whether the ledger is deleted first.</param>
/// <param name="HasLimits">Whether there are cgroups.</param>
/// <param name="Floor">The load whose answers a floor gives: mix, refused or statements.</param>
/// <param name="LimitsAddresses">Whether nginx limits the requests and connections of each address.</param>
/// <param name="TlsDirectory">The directory of tls.crt and tls.key.</param>
/// <param name="TlsPort">Where https is spoken.</param>
public sealed record RunOptions(
    DataDirectory Data,
    StackLayout Layout,
    int Port,
    string Server,
    bool IsFresh,
    bool HasLimits,
    string? Floor,
    bool LimitsAddresses,
    string? TlsDirectory,
    int TlsPort)
{
    internal bool HasDatabase => Layout is { HasPostgres: true, IsFloor: false };

    /// <summary>The limits of each process, within the contest's.</summary>
    public IReadOnlyDictionary<string, ProcessLimits> Check()
    {
        if (Layout.HasCaddy && (LimitsAddresses || TlsDirectory is not null))
        {
            throw new UsageException($"--limit and --tls are nginx's; {Layout.Name} has caddy");
        }

        string[] certificate = TlsDirectory is null ? [] : [$"{TlsDirectory}/tls.crt", $"{TlsDirectory}/tls.key"];
        if (certificate.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new StackException($"{missing} cannot be read (docs/open-network.md says how to make one)");
        }

        var limits = Layout.ReadLimits();
        if (HasLimits)
        {
            Layout.CheckLimits(limits);
        }

        return limits;
    }
}

/// <summary>What a stack needs before anything of it is started; all that can be refused is refused here.</summary>
public sealed class StackPreparation(RunOptions options, Action<string> say)
{
    private readonly Packages _packages = new(say);

    /// <summary>Programs are installed while the server is published: the two do not need each other.</summary>
    public void GetPrograms()
    {
        var programs = Task.Run(NeedPrograms);
        if (!options.Layout.IsFloor && options.Server == Repository.Server)
        {
            new Publisher(say).Publish(options.Server);
        }

        programs.GetAwaiter().GetResult();
        if (!options.Layout.IsFloor && !File.Exists(options.Server))
        {
            throw new StackException($"{options.Server} is not there");
        }
    }

    /// <summary>Takes the data directory for this process, and ends what a killed supervisor left in it.</summary>
    /// <returns>The lock, to be held as long as the stack runs.</returns>
    public FileLock TakeData()
    {
        var data = options.Data;
        try
        {
            Directory.CreateDirectory(data.Run);
            Directory.CreateDirectory(data.Logs);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StackException($"{data.FullPath} cannot be used as the data directory: {error.Message}");
        }

        var taken = FileLock.TryTake(data.RunFile("lock"))
            ?? throw new StackException(
                $"a stack is already running on {data.FullPath} (./rinha stop --data {data.FullPath})");
        if (StackInstance.Read(data) is { } left)
        {
            say("ending what a killed supervisor left behind");
            left.End(say);
        }

        return taken;
    }

    /// <summary>Refuses ports that are taken, and makes an empty ledger where one is asked for.</summary>
    public void PrepareLedger()
    {
        int[] ports = options.TlsDirectory is null ? [options.Port] : [options.Port, options.TlsPort];
        var taken = ports.FirstOrDefault(ProcessTable.IsListening);
        if (taken != 0)
        {
            throw new StackException($"port {taken} is taken by {RunningStacks.OwnerOf(taken)}");
        }

        var data = options.Data;
        if (options.IsFresh && !options.Layout.HasPostgres)
        {
            File.Delete(data.LedgerFile);
            foreach (var side in Directory.GetFiles(data.FullPath, "rinha.db-*"))
            {
                File.Delete(side);
            }
        }

        if (options.HasDatabase)
        {
            Files.DeleteTrees(options.IsFresh ? [data.Cluster] : []);
            new PostgresCluster(PostgresPrograms.Need(_packages), data.Cluster, "").Create();
        }
    }

    private void NeedPrograms()
    {
        _packages.Need("setpriv", "util-linux");
        if (options.Layout.HasCaddy)
        {
            _packages.Need("caddy", "caddy");
        }

        // The floor's answers are nginx's as well.
        if (!options.Layout.HasCaddy || options.Layout.IsFloor)
        {
            _packages.Need("nginx", "nginx-light", "nginx");
        }

        if (options.HasDatabase)
        {
            PostgresPrograms.Need(_packages);
        }
    }
}
