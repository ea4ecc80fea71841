namespace Rinha.Stack.Stacks;

/// <summary>The paths of a stack's data directory.</summary>
/// <param name="path">It, absolute or not.</param>
public sealed class DataDirectory(string path)
{
    /// <summary>Its absolute path without links.</summary>
    public string FullPath { get; } = Resolve(path);

    /// <summary>What must outlive the supervisor.</summary>
    public string Run => Path.Combine(FullPath, "run");

    /// <summary>The output of every process.</summary>
    public string Logs => Path.Combine(FullPath, "logs");

    /// <summary>The ledger of SQLite.</summary>
    public string LedgerFile => Path.Combine(FullPath, "rinha.db");

    /// <summary>The ledger of PostgreSQL.</summary>
    public string Cluster => Path.Combine(FullPath, "postgres");

    /// <summary>The output of one process.</summary>
    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    /// <summary>A file of <see cref="Run"/>.</summary>
    public string RunFile(string name) => Path.Combine(Run, name);

    /// <summary>The last line of a process's log.</summary>
    public string LastLineOf(string process)
    {
        var log = LogOf(process);
        var line = File.Exists(log) ? File.ReadLines(log).LastOrDefault(line => line.Length > 0) : null;
        return line ?? $"nothing in {log}";
    }

    // As the kernel will name the directory that a process works in.
    private static string Resolve(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(full);
        if (parent is null)
        {
            return full;
        }

        var resolved = Path.Combine(Resolve(parent), Path.GetFileName(full));
        return new FileInfo(resolved).LinkTarget is { } target
            ? Resolve(Path.Combine(Path.GetDirectoryName(resolved)!, target))
            : resolved;
    }
}
