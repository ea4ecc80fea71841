namespace Rinha.Stack.Supervision;

/// <summary>
/// What run --fresh does with the ledger in the data directory: one with transactions is renamed, and replaces the one
/// renamed before; one without is deleted. A ledger that cannot be read is renamed too.
/// </summary>
internal sealed class FormerLedger(RunOptions options, Packages packages, Action<string> log)
{
    private const string Suffix = ".before-fresh";

    private readonly DataDirectory _data = options.Data;

    public void SetAside()
    {
        if (options.HasDatabase)
        {
            SetClusterAside();
        }
        else
        {
            SetFileAside();
        }
    }

    private void SetFileAside()
    {
        var file = _data.LedgerFile;
        var aside = file + Suffix;
        if (File.Exists(file) && FileHasTransactions(file))
        {
            Delete(aside);
            File.Move(file, aside);
            // Left by a killed server, unless the commands above have merged it.
            if (File.Exists(file + "-wal"))
            {
                File.Move(file + "-wal", aside + "-wal");
            }

            log($"the former ledger is now {aside}");
        }

        Delete(file);
    }

    private void SetClusterAside()
    {
        var aside = _data.Cluster + Suffix;
        if (Directory.Exists(_data.Cluster) && ClusterHasTransactions())
        {
            Files.DeleteTrees(aside);
            Directory.Move(_data.Cluster, aside);
            log($"the former ledger is now {aside}");
        }

        Files.DeleteTrees(_data.Cluster);
    }

    private bool FileHasTransactions(string file)
    {
        ToolResult Server(params string[] command) => Tool.Run([options.Server, .. command, "--database-url", file]);
        return !Server("checkpoint").Succeeded
            || Server("accounts", "list", "--json") is not { Succeeded: true } accounts
            || JsonDocument.Parse(accounts.Output).RootElement.EnumerateArray()
                .Any(account => account.GetProperty("transactions").GetInt64() > 0);
    }

    // Single-user mode recovers a killed cluster and needs no socket.
    private bool ClusterHasTransactions()
    {
        var query = Path.GetTempFileName();
        File.WriteAllText(query, "SELECT 1 AS held FROM transacoes LIMIT 1\n");
        var rows = PostgresPrograms.Require(packages).Run(
            "postgres", ["--single", "-D", _data.Cluster, "rinha"], query);
        File.Delete(query);
        return !rows.Succeeded || rows.Output.Contains("held = \"1\"", StringComparison.Ordinal);
    }

    // The file and SQLite's and the gate's files beside it.
    private static void Delete(string file)
    {
        File.Delete(file);
        foreach (var side in (string[])["-wal", "-shm", "-gate"])
        {
            File.Delete(file + side);
        }
    }
}
