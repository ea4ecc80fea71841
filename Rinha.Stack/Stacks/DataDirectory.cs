namespace Rinha.Stack.Stacks;

public sealed class DataDirectory(string path)
{
    // State, logs and the first pages of a ledger.
    private const long StartBytes = 1024 * 1024;

    /// <summary>The absolute path without symbolic links.</summary>
    public string FullPath { get; } = Resolve(path.Length > 0
        ? path
        : throw new UsageException("the name of the data directory is empty (--data)"));

    /// <summary>State that must outlive the supervisor.</summary>
    public string Run => Path.Combine(FullPath, "run");

    public string Logs => Path.Combine(FullPath, "logs");

    /// <summary>Whether its disk, or that of its nearest parent, has no room for a start.</summary>
    public bool IsDiskFull
    {
        get
        {
            var place = FullPath;
            while (!Directory.Exists(place))
            {
                place = Path.GetDirectoryName(place)!;
            }

            return new DriveInfo(place).AvailableFreeSpace < StartBytes;
        }
    }

    public string LedgerFile => Path.Combine(FullPath, "rinha.db");

    public string NginxDirectory => Path.Combine(FullPath, "nginx.d");

    public string Cluster => Path.Combine(FullPath, "postgres");

    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    public string RunFile(string name) => Path.Combine(Run, name);

    /// <summary>The reason that a program of this repository gave, else the last line of its log.</summary>
    public string LastLineOf(string process)
    {
        var lines = ProcessTable.Lines(LogOf(process)).Where(line => line.Length > 0).ToList();
        // A server's log is queued, so that JSON lines may follow its reason.
        return lines.LastOrDefault(line => Regex.IsMatch(line, "^(Rinha.Server|rinha): "))
            ?? lines.LastOrDefault()
            ?? (IsDiskFull ? $"the disk of {FullPath} is full" : $"{LogOf(process)} is empty");
    }

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
