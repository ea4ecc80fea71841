namespace Rinha.Stack.Hosts;

/// <summary>
/// Simulates hosts on one machine: a network namespace each, with an address, a cgroup and a veth cable to a bridge in
/// another namespace. Leaves the machine's own network alone. Needs root. Dispose kills the processes on the hosts.
/// </summary>
public sealed class HostNetwork : IDisposable
{
    // A killed run leaves its namespaces; the next one recognises them by the dead pid.
    private const string Prefix = "rinha-";

    private const string Nowhere = "02:00:00:00:00:01"; // No cable has this address.

    private readonly string _name = $"{Prefix}{Environment.ProcessId}";
    private readonly StackCgroup _cgroup;

    public HostNetwork()
    {
        _cgroup = StackCgroup.Locate(_name)
            ?? throw new StackException("no cgroup can be created here, and hosts need limits");
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

    /// <param name="name">At most 15 bytes: its cable has the same name.</param>
    /// <param name="address">Such as 10.24.1.2/24.</param>
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
            throw new StackException($"the limits of {name} cannot be set");
        }
    }

    /// <summary>Starts a process on a host, within its limits.</summary>
    public ChildProcess Start(string name, IReadOnlyList<string> command, string log) =>
        ChildProcess.Start(At(name, command), log, _cgroup.ProcsFilesOf(name));

    /// <summary>The CPU time that a host's processes have used.</summary>
    public long CpuMicrosecondsOf(string name) => _cgroup.CpuMicrosecondsOf(name) ?? 0;

    /// <summary>Runs a program on a host to completion, outside its limits.</summary>
    public ToolResult Run(string name, params IReadOnlyList<string> command) => Tool.Run(At(name, command));

    /// <summary>A command line that runs on a host, outside its limits.</summary>
    public IReadOnlyList<string> At(string name, IReadOnlyList<string> command) =>
        ["nsenter", $"--net=/run/netns/{NamespaceOf(name)}", "--", .. command];

    /// <summary>Unplugs a host's cable at the switch; the host does not notice.</summary>
    public void Unplug(string name) => InSwitch("link", "set", name, "down");

    /// <summary>Loses what a host sends to these addresses, until it is plugged in.</summary>
    public void CutFrom(string name, IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            Ip(
                "-n", NamespaceOf(name), "neighbour", "replace", address, "lladdr", Nowhere, "dev", "eth0", "nud",
                "permanent");
        }
    }

    public void Plug(string name)
    {
        InSwitch("link", "set", name, "up");
        Ip("-n", NamespaceOf(name), "neighbour", "flush", "dev", "eth0", "nud", "permanent");
    }

    /// <summary>Sets a net.ipv4 sysctl on this host.</summary>
    public void SetSysctl(string name, string setting, int value) =>
        Run(name, "sh", "-c", "echo \"$2\" >\"/proc/sys/net/ipv4/$1\"", "sh", setting, $"{value}")
            .OrThrow($"{name} has no sysctl {setting}");

    /// <summary>Kills all processes on the hosts and removes the hosts.</summary>
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
        Tool.Run(["ip", .. arguments]).OrThrow($"ip {string.Join(' ', arguments)}");

    private string NamespaceOf(string host) => $"{_name}-{host}";

    private void InSwitch(params IEnumerable<string> arguments) => Ip(["-n", Switch, .. arguments]);
}
