namespace Rinha.Stack.Hosts;

/// <summary>
/// Hosts on one machine: network namespaces, each with an address, a cable of its own to one switch (a bridge in a
/// namespace of its own) and a cgroup. This machine's network is left alone. Needs root.
/// </summary>
public sealed class HostNetwork : IDisposable
{
    // A run that was killed cannot take its namespaces away; the next one knows by the pid that they are left over.
    private const string Prefix = "rinha-";

    private readonly string _name = $"{Prefix}{Environment.ProcessId}";
    private readonly StackCgroup _cgroup;

    public HostNetwork()
    {
        _cgroup = StackCgroup.Locate(_name)
            ?? throw new StackException("no cgroup can be made here, and without limits all hosts would be one");
        foreach (var name in Namespaces().Select(name => string.Join('-', name.Split('-')[..2])).Distinct())
        {
            if (!Directory.Exists($"/proc/{name[Prefix.Length..]}"))
            {
                Remove(name);
            }
        }

        Ip("netns", "add", Switch);
        InSwitch("link", "add", "switch", "type", "bridge");
        InSwitch("link", "set", "switch", "up");
    }

    public static bool IsPossible => Environment.IsPrivilegedProcess && Tool.Find("ip") is not null
        && Tool.Run(["unshare", "--net", "true"]).Succeeded && StackCgroup.Locate("rinha-hosts") is not null;

    private string Switch => NamespaceOf("switch");

    /// <param name="name">Its name, short: a cable has it too.</param>
    /// <param name="address">Its address, such as 10.24.1.2/24.</param>
    public void Add(string name, string address, ProcessLimits limits)
    {
        var host = NamespaceOf(name);
        Ip("netns", "add", host);
        InSwitch("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", host);
        InSwitch("link", "set", name, "master", "switch", "up");
        Ip("-n", host, "link", "set", "lo", "up");
        Ip("-n", host, "address", "add", address, "dev", "eth0");
        Ip("-n", host, "link", "set", "eth0", "up");
        if (!_cgroup.TryCreate(name, limits))
        {
            throw new StackException($"the limits of {name} could not be set");
        }
    }

    /// <summary>Starts a process on a host, within its limits.</summary>
    public ChildProcess Start(string name, IReadOnlyList<string> command, string log) =>
        ChildProcess.Start(At(name, command), log, _cgroup.EntrancesOf(name));

    /// <summary>Runs a program on a host to its end, outside of its limits.</summary>
    public ToolResult Run(string name, params IReadOnlyList<string> command) => Tool.Run(At(name, command));

    /// <summary>Takes a host's cable out of the switch, without a word to anything on the host.</summary>
    public void Cut(string name) => InSwitch("link", "set", name, "down");

    public void Join(string name) => InSwitch("link", "set", name, "up");

    /// <summary>A setting of net.ipv4, in force on this host alone.</summary>
    public void Tune(string name, string setting, int value) =>
        Run(name, "sh", "-c", "echo \"$2\" >\"/proc/sys/net/ipv4/$1\"", "sh", setting, $"{value}")
            .OrFail($"{name} knows no {setting}");

    /// <summary>Ends all that runs on the hosts, and removes them.</summary>
    public void Dispose()
    {
        Remove(_name);
        _cgroup.TryRemove();
    }

    private static void Remove(string network)
    {
        foreach (var host in Namespaces().Where(name => name.StartsWith(network + "-", StringComparison.Ordinal)))
        {
            ProcessTable.KillAll(() => [.. Tool.Run(["ip", "netns", "pids", host]).Lines.Select(int.Parse)]);
            Tool.Run(["ip", "netns", "delete", host]);
        }
    }

    private static IEnumerable<string> Namespaces() => Tool.Run(["ip", "netns", "list"]).Lines
        .Select(line => line.Split(' ')[0])
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.Split('-').Length == 3);

    private static void Ip(params IReadOnlyList<string> arguments) =>
        Tool.Run(["ip", .. arguments]).OrFail($"ip {string.Join(' ', arguments)}");

    private IReadOnlyList<string> At(string name, IReadOnlyList<string> command) =>
        ["nsenter", $"--net=/run/netns/{NamespaceOf(name)}", "--", .. command];

    private string NamespaceOf(string host) => $"{_name}-{host}";

    private void InSwitch(params IEnumerable<string> arguments) => Ip(["-n", Switch, .. arguments]);
}
