namespace Rinha.Stack.Stacks;

public sealed class DataDirectory(string path)
{
    /// <summary>The absolute path without symbolic links.</summary>
    public string FullPath { get; } = Resolve(path);

    /// <summary>State that must outlive the supervisor.</summary>
    public string Run => Path.Combine(FullPath, "run");

    public string Logs => Path.Combine(FullPath, "logs");

    public string LedgerFile => Path.Combine(FullPath, "rinha.db");

    public string Cluster => Path.Combine(FullPath, "postgres");

    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    public string RunFile(string name) => Path.Combine(Run, name);

    public string LastLineOf(string process) =>
        ProcessTable.Lines(LogOf(process)).LastOrDefault(line => line.Length > 0) ?? $"{LogOf(process)} is empty";

    // Resolves links, as /proc/PID/cwd does.
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
