namespace Rinha.Stack.Stacks;

/// <summary>
/// Finds the stacks running on this machine. Each has a socket directory in the temporary directory, with a link to its
/// data directory.
/// </summary>
public static class RunningStacks
{
    private const string Link = "data";
    private const string Prefix = "rinha-";

    /// <summary>
    /// The data directory that a verb acts on: the named one (RINHA_DATA names one too), else that of the only running
    /// stack, else the repository's default.
    /// </summary>
    public static DataDirectory Choose(string? named, string means = "--data")
    {
        if ((named ?? Repository.NamedData) is { } directory)
        {
            return new DataDirectory(directory);
        }

        var all = Find();
        var supervised = all.Where(stack => stack.IsSupervised).ToList();
        var candidates = supervised.Count > 0 ? supervised : all;
        return candidates.Count switch
        {
            0 => new DataDirectory(Repository.DefaultData),
            1 => candidates[0].Data,
            _ => throw new UsageException($"several stacks are running; choose one with {means}: "
                + string.Join("; ", candidates.Select(stack => $"{stack}").Order(StringComparer.Ordinal))),
        };
    }

    /// <summary>The same for a verb that changes a stack: one that another checkout runs must be named.</summary>
    public static DataDirectory ChooseToChange(string? named)
    {
        var chosen = Choose(named);
        return (named ?? Repository.NamedData) is null
            && StackInstance.Read(chosen) is { State.IsOfThisCheckout: false }
            ? throw new UsageException($"the running stack, on {chosen.FullPath}, is another checkout's: "
                + $"name it with --data {chosen.FullPath}")
            : chosen;
    }

    /// <summary>
    /// The data directory whose ledger a verb works on: the named one, else this checkout's once it exists, else that
    /// of the only running stack.
    /// </summary>
    public static DataDirectory ChooseLedger(string? named, bool isChange)
    {
        var own = Repository.DefaultData;
        return named is null && Directory.Exists(own) ? new DataDirectory(own)
            : isChange ? ChooseToChange(named)
            : Choose(named);
    }

    // Describes what listens on a port.
    public static string OwnerOf(int port) =>
        Find().FirstOrDefault(stack => stack.State.Access.Ports.Contains(port)) is { } stack
        ? $"the stack on {stack.Data.FullPath} (./rinha stop --data {stack.Data.FullPath})"
        : ProcessTable.OwnerOf(port);

    /// <summary>
    /// Creates a stack's socket directory, with a short path because a unix socket's is limited to 107 bytes. The
    /// proxy's user may pass through.
    /// </summary>
    public static string CreateSockets(DataDirectory data)
    {
        const int pathBytesMax = 107;
        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        if ($"{path}-db/.s.PGSQL.5432".Length > pathBytesMax)
        {
            Directory.Delete(path);
            throw new StackException($"the path {Path.GetTempPath()} is too long for sockets (TMPDIR)");
        }

        UserAccount.Proxy.AllowTraversal(path);
        File.CreateSymbolicLink(Path.Combine(path, Link), data.FullPath);
        return path;
    }

    // This user's stacks only: stop kills the processes and deletes the directories that a state file names.
    private static List<StackInstance> Find() =>
    [
        .. from sockets in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*")
           let link = Path.Combine(sockets, Link)
           let target = ProcessTable.LinkTarget(link)
           where target is not null && IsOurs(link)
           let stack = TryRead(new DataDirectory(target))
           where stack is not null && stack.State.Sockets == sockets
           select stack,
    ];

    // A state that cannot be read is a matter of the verbs for that stack.
    private static StackInstance? TryRead(DataDirectory data)
    {
        try
        {
            return StackInstance.Read(data);
        }
        catch (StackException)
        {
            return null;
        }
    }

    private static bool IsOurs(string link) =>
        Tool.Run(["stat", "-c", "%u", link]).Output == Tool.Run(["id", "-u"]).Output;
}
