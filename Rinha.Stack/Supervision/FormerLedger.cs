namespace Rinha.Stack.Supervision;

/// <summary>
/// What a start does with the ledger in the data directory. For --fresh it is renamed first. Once the stack is up, one
/// with transactions replaces the one kept before, and an empty one is deleted; a start that fails puts it back. A
/// ledger that cannot be read counts as one with transactions. Hold the data directory's lock.
/// </summary>
public sealed partial class FormerLedger(RunOptions options, Packages packages, Action<string> log) : IDisposable
{
    private readonly string _path = options.HasDatabase ? options.Data.Cluster : options.Data.LedgerFile;
    private readonly Action<string> _delete = options.HasDatabase ? path => Files.DeleteTrees(path) : File.Delete;
    private string? _aside;
    private bool _isWorthKeeping;

    /// <summary>Whether the start creates a ledger.</summary>
    public bool IsNew { get; set; }

    public void SetAside()
    {
        _isWorthKeeping = HasTransactions();
        _aside = $"{_path}.before-fresh-{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fff'Z'}";
        Move(_path, _aside);
    }

    /// <summary>
    /// Remembers the ledger, announces a new or another one, and deletes what is no longer kept. Call it when the stack
    /// is up.
    /// </summary>
    public void Confirm()
    {
        if (!options.Layout.IsFloor)
        {
            if (LastLedger.Read(options.Data) is { } last && last != options.LedgerText)
            {
                log($"last time {options.Data.FullPath} served {last}");
            }

            LastLedger.Write(options.Data, options.LedgerText);
        }

        if (_aside is { } aside)
        {
            _aside = null;
            if (_isWorthKeeping)
            {
                log($"the former ledger is now {aside}");
            }

            Directory.GetFileSystemEntries(options.Data.FullPath, Path.GetFileName(_path) + ".*")
                .Where(path => Suffix().IsMatch(path[_path.Length..])
                    && path.StartsWith(aside, StringComparison.Ordinal) != _isWorthKeeping)
                .ToList().ForEach(_delete);
        }

        if (IsNew)
        {
            log($"new ledger at {options.LedgerText}");
        }
    }

    /// <summary>Puts the ledger back, unless the start is confirmed or a client has used the new one.</summary>
    public void Dispose()
    {
        if (_aside is null)
        {
            return;
        }

        if (HasTransactions())
        {
            log($"the new ledger has transactions; the former one is now {_aside}");
            return;
        }

        Array.ForEach(Parts(_path), _delete);
        Move(_aside, _path);
    }

    // A cluster's directory, or a file with SQLite's and the gate's files beside it.
    private string[] Parts(string path) =>
        options.HasDatabase ? [path] : [path, path + "-wal", path + "-shm", path + "-gate"];

    private void Move(string from, string to)
    {
        foreach (var (part, target) in Parts(from).Zip(Parts(to)))
        {
            // Also for a file.
            if (Path.Exists(part))
            {
                Directory.Move(part, target);
            }
        }
    }

    private bool HasTransactions() => options.HasDatabase
        ? Directory.Exists(_path) && ClusterHasTransactions()
        : File.Exists(_path) && new FileInfo(_path).Length > 0 && FileHasTransactions();

    private bool FileHasTransactions()
    {
        ToolResult Server(params string[] command) => Tool.Run([options.Server, .. command, "--database-url", _path]);
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
        var rows = PostgresPrograms.Require(packages).Run("postgres", ["--single", "-D", _path, "rinha"], query);
        File.Delete(query);
        return !rows.Succeeded || rows.Output.Contains("held = \"1\"", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\.before-fresh-[0-9]{8}T[0-9]{6}\.[0-9]{3}Z(-wal|-shm|-gate)?$")]
    private static partial Regex Suffix();
}
