namespace Rinha.Stack.Processes;

/// <summary>TCP ports and who listens on them, as the kernel has it.</summary>
public static class Listeners
{
    private const string Listening = "0A";

    /// <summary>Whether somebody listens on this port, on whatever address.</summary>
    public static bool IsTaken(int port) => Sockets().Any(socket => socket.Port == port);

    /// <summary>The ports that a process listens on.</summary>
    public static IReadOnlyList<int> PortsOf(int pid)
    {
        var inodes = SocketInodes(pid).ToHashSet();
        return [.. Sockets().Where(socket => inodes.Contains(socket.Inode)).Select(socket => socket.Port).Distinct()];
    }

    /// <summary>A process that listens on a port: its number and name, or <see langword="null"/>.</summary>
    public static (int Pid, string Name)? OwnerOf(int port)
    {
        var inodes = Sockets().Where(socket => socket.Port == port).Select(socket => socket.Inode).ToHashSet();
        foreach (var pid in ProcessTable.All())
        {
            if (SocketInodes(pid).Any(inodes.Contains))
            {
                return (pid, ProcessTable.Lines($"/proc/{pid}/comm").FirstOrDefault() ?? "?");
            }
        }

        return null;
    }

    private static IEnumerable<(int Port, string Inode)> Sockets() =>
        from table in (string[])["/proc/net/tcp", "/proc/net/tcp6"]
        from line in ProcessTable.Lines(table).Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields[3] == Listening
        let port = fields[1][(fields[1].IndexOf(':') + 1)..]
        select (int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture), fields[9]);

    private static IEnumerable<string> SocketInodes(int pid)
    {
        const string prefix = "socket:[";
        string[] descriptors;
        try
        {
            descriptors = Directory.GetFiles($"/proc/{pid}/fd");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return from descriptor in descriptors
               let target = ProcessTable.LinkTarget(descriptor)
               where target is not null && target.StartsWith(prefix, StringComparison.Ordinal)
               select target[prefix.Length..^1];
    }
}
