namespace Rinha.Stack.Stacks;

/// <summary>
/// The stacks of this machine. Each has a directory for its sockets among the temporary files, with a link to its data
/// directory: that is how one is found that nobody has named.
/// </summary>
public static class RunningStacks
{
    private const string Link = "data";
    private const string Prefix = "rinha-";

    /// <summary>
    /// The data directory that a verb is about: the one that was named, otherwise that of the one stack there is,
    /// otherwise the repository's own.
    /// </summary>
    public static DataDirectory Choose(string? named)
    {
        if (named is not null)
        {
            return new DataDirectory(named);
        }

        var all = Find();
        var supervised = all.Where(stack => stack.IsSupervised).ToList();
        var candidates = supervised.Count > 0 ? supervised : all;
        return candidates.Count switch
        {
            0 => new DataDirectory(Repository.DefaultData),
            1 => candidates[0].Data,
            _ => throw new UsageException("several stacks run, say which one with --data: "
                + string.Join("; ", candidates.Select(stack => $"{stack}").Order(StringComparer.Ordinal))),
        };
    }

    /// <summary>In words, what listens on a port.</summary>
    public static string OwnerOf(int port) => Find().FirstOrDefault(stack => stack.State.Port == port) is { } stack
        ? $"the stack on {stack.Data.FullPath} (./rinha stop --data {stack.Data.FullPath})"
        : ProcessTable.OwnerOf(port);

    /// <summary>
    /// Makes a directory for the sockets of a stack. Short: the path of a unix socket has 107 bytes. Started by root,
    /// nginx's workers are another user, who passes through.
    /// </summary>
    public static string CreateSockets(DataDirectory data)
    {
        const int pathBytesMax = 107;
        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        if ($"{path}-db/.s.PGSQL.5432".Length > pathBytesMax)
        {
            Directory.Delete(path);
            throw new StackException($"{Path.GetTempPath()} is too long a path for sockets (TMPDIR)");
        }

        UserAccount.Proxy.OpenDirectory(path);
        File.CreateSymbolicLink(Path.Combine(path, Link), data.FullPath);
        return path;
    }

    // All that this user has started. Another user's link is ignored: stop kills the processes and deletes the
    // directories that a state names.
    private static List<StackInstance> Find() =>
    [
        .. from sockets in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*")
           let link = Path.Combine(sockets, Link)
           let target = ProcessTable.LinkTarget(link)
           where target is not null && IsOurs(link)
           let stack = StackInstance.Read(new DataDirectory(target))
           where stack is not null && stack.State.Sockets == sockets
           select stack,
    ];

    private static bool IsOurs(string link) =>
        Tool.Run(["stat", "-c", "%u", link]).Output == Tool.Run(["id", "-u"]).Output;
}
