using Rinha.Stack.Builds;
using Rinha.Stack.Databases;
using Rinha.Stack.Processes;
using Rinha.Stack.Stacks;

namespace Rinha.Stack.Supervision;

/// <summary>What a stack needs before anything of it is started; all that can be refused is refused here.</summary>
public sealed class StackPreparation(RunOptions options, Action<string> say)
{
    private readonly Packages _packages = new(say);

    /// <summary>Programs are installed while the server is published: the two do not need each other.</summary>
    /// <exception cref="StackException">One cannot be had.</exception>
    public void GetPrograms()
    {
        if (options.Floor is null && options.Server == Repository.Server)
        {
            var programs = Task.Run(NeedPrograms);
            new Publisher(say).Publish(options.Server);
            programs.GetAwaiter().GetResult();
        }
        else
        {
            NeedPrograms();
        }

        if (options.Floor is null && !File.Exists(options.Server))
        {
            throw new StackException($"{options.Server} is not there");
        }
    }

    /// <summary>Takes the data directory for this process, and ends what a killed supervisor left in it.</summary>
    /// <returns>The lock, to be held as long as the stack runs.</returns>
    /// <exception cref="StackException">Another stack runs there.</exception>
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
    /// <exception cref="StackException">A port is taken, or the ledger cannot be made.</exception>
    public void PrepareLedger()
    {
        foreach (var port in options.TlsDirectory is null ? [options.Port] : (int[])[options.Port, options.TlsPort])
        {
            if (Listeners.IsTaken(port))
            {
                throw new StackException($"port {port} is taken by {RunningStacks.OwnerOf(port)}");
            }
        }

        var data = options.Data;
        if (!options.Layout.HasPostgres)
        {
            foreach (var file in options.IsFresh ? Directory.GetFiles(data.FullPath, "rinha.db*") : [])
            {
                if (file == data.LedgerFile || file.StartsWith(data.LedgerFile + "-", StringComparison.Ordinal))
                {
                    File.Delete(file);
                }
            }
        }
        else if (options.Floor is null)
        {
            if (options.IsFresh && Directory.Exists(data.Cluster))
            {
                Directory.Delete(data.Cluster, recursive: true);
            }

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
        if (!options.Layout.HasCaddy || options.Floor is not null)
        {
            _packages.Need("nginx", "nginx-light", "nginx");
        }

        if (options.Layout.HasPostgres && options.Floor is null)
        {
            PostgresPrograms.Need(_packages);
        }
    }
}
