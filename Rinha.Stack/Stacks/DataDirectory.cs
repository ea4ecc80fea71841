namespace Rinha.Stack.Stacks;

/// <summary>The paths of a stack's data directory.</summary>
public sealed class DataDirectory(string path)
{
    /// <summary>Its absolute path without links.</summary>
    public string FullPath { get; } = Resolve(path);

    /// <summary>What must outlive the supervisor.</summary>
    public string Run => Path.Combine(FullPath, "run");

    public string Logs => Path.Combine(FullPath, "logs");

    /// <summary>The ledger of SQLite.</summary>
    public string LedgerFile => Path.Combine(FullPath, "rinha.db");

    /// <summary>The ledger of PostgreSQL.</summary>
    public string Cluster => Path.Combine(FullPath, "postgres");

    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    public string RunFile(string name) => Path.Combine(Run, name);

    /// <summary>The last line of a process's log.</summary>
    public string LastLineOf(string process) =>
        ProcessTable.Lines(LogOf(process)).LastOrDefault(line => line.Length > 0) ?? $"nothing in {LogOf(process)}";

    // As the kernel will name the directory that a process works in.
    private static string Resolve(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var resolved = Path.Combine(Resolve(parent), Path.GetFileName(full));
        return new FileInfo(resolved).LinkTarget is { } target
            ? Resolve(Path.Combine(Path.GetDirectoryName(resolved)!, target))
            : resolved;
    }
}
