namespace Rinha.Stack.Supervision;

/// <summary>
/// What a start does with the ledger in the data directory. For --fresh it is renamed first. Once the stack is up, a
/// used one (with transactions, or accounts other than the contest's) replaces the one kept before, and an unused one
/// is deleted; a start that fails puts it back, and the next start after one that was killed. A ledger that cannot be
/// read counts as used. Hold the data directory's lock.
/// </summary>
/// <param name="ledger">Where the start's ledger is.</param>
public sealed partial class FormerLedger(
    DataDirectory data, string ledger, string server, Packages packages, Action<string> log) : IDisposable
{
    private const string Infix = ".before-fresh-";

    private static readonly (long Id, long LimitCents)[] s_contest =
        [(1, 100_000), (2, 80_000), (3, 1_000_000), (4, 10_000_000), (5, 500_000)];

    private readonly Action<string> _delete =
        ledger == data.Cluster ? path => Files.DeleteTrees(path) : File.Delete;
    private string? _aside;
    private bool _isWorthKeeping;

    /// <summary>Whether the start creates a ledger.</summary>
    public bool IsNew { get; set; }

    private bool HasDatabase => ledger == data.Cluster;

    public void SetAside()
    {
        if (ProcessTable.Using(ledger) is [var pid, ..])
        {
            throw new UsageException($"{ledger} is in use by process {pid}: stop its stack first");
        }

        _isWorthKeeping = IsUsed();
        _aside = $"{ledger}{Infix}{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fff'Z'}";
        if (!Path.Exists(ledger))
        {
            return;
        }

        try
        {
            // Not in place of another ledger's name.
            if (LastLedger.Read(data) == ledger)
            {
                LastLedger.Write(data, _aside);
            }

            // The files beside it first: the ledger's own name tells the next start how far this one came.
            Move([.. Parts(ledger).Reverse()], [.. Parts(_aside).Reverse()]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            PutBack(isRenamed: false);
            throw new StackException($"{ledger} cannot be renamed: {error.Message}");
        }
    }

    /// <summary>Puts back the ledger that a killed start with --fresh has left under another name.</summary>
    public void PutBackLeft()
    {
        if (LastLedger.Read(data) is { } last && IsAside(ledger, last))
        {
            _aside = last;
            PutBack(isRenamed: Path.Exists(last));
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
        if (_aside is null && LastLedger.Read(data) is { } last && last != ledger)
        {
            log($"last time {data.FullPath} served {last}");
        }

        LastLedger.Write(data, ledger);
        if (_aside is { } aside)
        {
            _aside = null;
            Directory.GetFileSystemEntries(data.FullPath, Path.GetFileName(ledger) + ".*")
                .Where(path => Suffix().IsMatch(path[ledger.Length..])
                    && path.StartsWith(aside, StringComparison.Ordinal) != _isWorthKeeping)
                .ToList().ForEach(Forget);
            if (_isWorthKeeping)
            {
                log($"the former ledger is now {aside}");
            }
        }

        if (IsNew)
        {
            log($"new ledger at {ledger}");
        }
    }

    /// <summary>Puts the ledger back, unless the start is confirmed or a client has used the new one.</summary>
    public void Dispose() => PutBack(isRenamed: true);

    // isRenamed: whether what is in the ledger's place is a new one. If not, files beside it may be renamed already.
    private void PutBack(bool isRenamed)
    {
        if (_aside is null)
        {
            return;
        }

        if (isRenamed && IsUsed())
        {
            log($"the new ledger is in use; the former one is now {_aside}");
        }
        else
        {
            Array.ForEach(isRenamed ? Parts(ledger) : [], _delete);
            Move(Parts(_aside), Parts(ledger));
        }

        if (LastLedger.Read(data) == _aside)
        {
            LastLedger.Write(data, ledger);
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
        HasDatabase ? [path] : [path, path + "-wal", path + "-shm", path + "-gate"];

    private static void Move(string[] from, string[] to)
    {
        foreach (var (part, target) in from.Zip(to))
        {
            // Also for a file.
            if (Path.Exists(part))
            {
                Directory.Move(part, target);
            }
        }
    }

    private bool IsUsed() => HasDatabase
        ? Directory.Exists(ledger) && IsClusterUsed()
        : File.Exists(ledger) && new FileInfo(ledger).Length > 0 && IsFileUsed();

    private bool IsFileUsed()
    {
        ToolResult Server(params string[] command) => Tool.Run([server, .. command, "--database-url", ledger]);
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
        var rows = PostgresPrograms.Require(packages).Run("postgres", ["--single", "-D", ledger, "rinha"], query);
        File.Delete(query);
        return !rows.Succeeded || rows.Output.Contains("held = \"1\"", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\.before-fresh-[0-9]{8}T[0-9]{6}\.[0-9]{3}Z(-wal|-shm|-gate)?$")]
    private static partial Regex Suffix();
}
