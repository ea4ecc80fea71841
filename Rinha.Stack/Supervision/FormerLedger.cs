namespace Rinha.Stack.Supervision;

/// <summary>
/// What a start does with the ledger in the data directory. For --fresh it is renamed first. Once the stack is up, a
/// used one (with transactions, or accounts other than the contest's) replaces the one kept before, and an unused one
/// is deleted; a start that fails puts it back, and the next start after one that was killed. A ledger that cannot be
/// read counts as used. Hold the data directory's lock.
/// </summary>
public sealed partial class FormerLedger(RunOptions options, Packages packages, Action<string> log) : IDisposable
{
    private const string Infix = ".before-fresh-";

    private static readonly (long Id, long LimitCents)[] s_contest =
        [(1, 100_000), (2, 80_000), (3, 1_000_000), (4, 10_000_000), (5, 500_000)];

    private readonly string _path = options.HasDatabase ? options.Data.Cluster : options.Data.LedgerFile;
    private readonly Action<string> _delete = options.HasDatabase ? path => Files.DeleteTrees(path) : File.Delete;
    private string? _aside;
    private bool _isWorthKeeping;

    /// <summary>Whether the start creates a ledger.</summary>
    public bool IsNew { get; set; }

    public void SetAside()
    {
        if (ProcessTable.Using(_path) is [var pid, ..])
        {
            throw new UsageException($"{_path} is in use by process {pid}: stop its stack first");
        }

        _isWorthKeeping = IsUsed();
        _aside = $"{_path}{Infix}{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fff'Z'}";
        if (Path.Exists(_path))
        {
            LastLedger.Write(options.Data, _aside);
            Move(_path, _aside);
        }
    }

    /// <summary>Puts back the ledger that a killed start with --fresh has left under another name.</summary>
    public void PutBackLeft()
    {
        if (LastLedger.Read(options.Data) is { } last && IsAside(options.LedgerText, last))
        {
            _aside = last;
            Dispose();
        }
    }

    /// <summary>Whether a path is the one to which --fresh renames a ledger.</summary>
    public static bool IsAside(string ledger, string path) =>
        path.StartsWith(ledger + Infix, StringComparison.Ordinal);

    /// <summary>
    /// Remembers the ledger, announces a new or another one, and deletes what is no longer kept. Call it when the stack
    /// is up.
    /// </summary>
    public void Confirm()
    {
        if (!options.Layout.IsFloor)
        {
            if (_aside is null && LastLedger.Read(options.Data) is { } last && last != options.LedgerText)
            {
                log($"last time {options.Data.FullPath} served {last}");
            }

            LastLedger.Write(options.Data, options.LedgerText);
        }

        if (_aside is { } aside)
        {
            _aside = null;
            Directory.GetFileSystemEntries(options.Data.FullPath, Path.GetFileName(_path) + ".*")
                .Where(path => Suffix().IsMatch(path[_path.Length..])
                    && path.StartsWith(aside, StringComparison.Ordinal) != _isWorthKeeping)
                .ToList().ForEach(Forget);
            if (_isWorthKeeping)
            {
                log($"the former ledger is now {aside}");
            }
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

        if (IsUsed())
        {
            log($"the new ledger is in use; the former one is now {_aside}");
        }
        else
        {
            Array.ForEach(Parts(_path), _delete);
            Move(_aside, _path);
        }

        if (LastLedger.Read(options.Data) == _aside)
        {
            LastLedger.Write(options.Data, _path);
        }

        _aside = null;
    }

    private void Forget(string path)
    {
        if (_isWorthKeeping && path.EndsWith('Z')) // Not for the files beside it.
        {
            log($"deleted the ledger kept before, {path}");
        }

        _delete(path);
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

    private bool IsUsed() => options.HasDatabase
        ? Directory.Exists(_path) && IsClusterUsed()
        : File.Exists(_path) && new FileInfo(_path).Length > 0 && IsFileUsed();

    private bool IsFileUsed()
    {
        ToolResult Server(params string[] command) => Tool.Run([options.Server, .. command, "--database-url", _path]);
        return !Server("checkpoint").Succeeded
            || Server("accounts", "list", "--json") is not { Succeeded: true } accounts
            || JsonDocument.Parse(accounts.Output).RootElement.EnumerateArray().ToList() is var rows
            && (rows.Any(account => account.GetProperty("transactions").GetInt64() > 0) || !rows.Select(account =>
                (account.GetProperty("id").GetInt64(), account.GetProperty("limitCents").GetInt64()))
                .SequenceEqual(s_contest));
    }

    // Single-user mode recovers a killed cluster and needs no socket.
    private bool IsClusterUsed()
    {
        var query = Path.GetTempFileName();
        File.WriteAllText(
            query, "SELECT 1 AS held FROM clientes WHERE id NOT BETWEEN 1 AND 5 OR ultima_seq > 0 LIMIT 1\n");
        var rows = PostgresPrograms.Require(packages).Run("postgres", ["--single", "-D", _path, "rinha"], query);
        File.Delete(query);
        return !rows.Succeeded || rows.Output.Contains("held = \"1\"", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\.before-fresh-[0-9]{8}T[0-9]{6}\.[0-9]{3}Z(-wal|-shm|-gate)?$")]
    private static partial Regex Suffix();
}
