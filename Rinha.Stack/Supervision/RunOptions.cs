using Rinha.Stack.Builds;
using Rinha.Stack.Proxies;

namespace Rinha.Stack.Supervision;

/// <summary>The options of <c>run</c>.</summary>
/// <param name="Server">The servers' binary.</param>
/// <param name="IsFresh">Whether to delete the ledger first.</param>
/// <param name="Floor">The load that a floor answers: mix, refused or statements.</param>
/// <param name="LimitsAddresses">Whether nginx limits the requests and connections of each address.</param>
/// <param name="TlsDirectory">Holds tls.crt and tls.key.</param>
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

    /// <summary>Returns each process's limits; throws when options conflict or limits exceed the contest's.</summary>
    public IReadOnlyDictionary<string, ProcessLimits> Check()
    {
        if (!Layout.Proxy.HasLimitsAndTls && (LimitsAddresses || TlsDirectory is not null))
        {
            throw new UsageException($"--limit and --tls need nginx; {Layout.Name} has {Layout.Proxy.Name}");
        }

        string[] certificate = TlsDirectory is null ? [] : [$"{TlsDirectory}/tls.crt", $"{TlsDirectory}/tls.key"];
        if (certificate.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new StackException($"{missing} cannot be read (docs/open-network.md shows how to create it)");
        }

        var limits = Layout.ReadLimits();
        if (HasLimits)
        {
            Layout.CheckLimits(limits);
        }

        return limits;
    }
}

/// <summary>Prepares a stack before any process starts, and reports every error that can be found by then.</summary>
public sealed class StackPreparation(RunOptions options, Action<string> log)
{
    private readonly Packages _packages = new(log);

    /// <summary>Installs programs and publishes the server, in parallel.</summary>
    public void InstallPrograms()
    {
        var programs = Task.Run(RequirePrograms);
        if (!options.Layout.IsFloor && options.Server == Repository.Server)
        {
            new Publisher(log).Publish(options.Server);
        }

        programs.GetAwaiter().GetResult();
        if (!options.Layout.IsFloor && !File.Exists(options.Server))
        {
            throw new StackException($"{options.Server} does not exist");
        }
    }

    /// <summary>
    /// Locks the data directory and stops what a killed supervisor left in it. Hold the lock while the stack runs.
    /// </summary>
    public FileLock LockData()
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
            log("stopping what a killed supervisor left behind");
            left.End(log);
        }

        return taken;
    }

    /// <summary>Throws when a port is taken; deletes the ledger for --fresh; creates a PostgreSQL cluster.</summary>
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
            new PostgresCluster(PostgresPrograms.Require(_packages), data.Cluster, "").Create();
        }
    }

    private void RequirePrograms()
    {
        _packages.Require("setpriv", "util-linux");
        var proxy = options.Layout.Proxy;
        foreach (var program in options.Layout.IsFloor ? [proxy, new Nginx()] : new[] { proxy })
        {
            _packages.Require(program.Name, [.. program.Packages]);
        }

        if (options.HasDatabase)
        {
            PostgresPrograms.Require(_packages);
        }
    }
}
