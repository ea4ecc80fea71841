namespace Rinha.Stack.Stacks;

/// <summary>A stack that runs, or that a killed supervisor has left behind.</summary>
public sealed record StackInstance(DataDirectory Data, StackState State)
{
    // The proxy finishes the requests it has. A server that stops gives its requests 8 s and its writer, waiting for a
    // lock, 2 more. PostgreSQL writes what it has in memory.
    private static readonly TimeSpan s_proxyDrains = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_serversDrain = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_databaseStops = TimeSpan.FromSeconds(10);

    /// <summary>Longer than all of an orderly end takes.</summary>
    public static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(35);

    /// <summary>Whether its supervisor lives; otherwise something killed it, and the processes may still run.</summary>
    public bool IsSupervised => State.Supervisor.IsAlive;

    /// <summary>The stack on a data directory, or <see langword="null"/>.</summary>
    public static StackInstance? Read(DataDirectory data) =>
        StackState.Read(data) is { } state ? new StackInstance(data, state) : null;

    /// <summary>
    /// All processes of one name: nginx is a master and its worker, PostgreSQL a process for each connection and more.
    /// </summary>
    public IReadOnlyList<int> ProcessesOf(string name) => name == StackLayout.Database
        ? PostgresCluster.ProcessesOf(Data.Cluster)
        : State.Find(name) is { } process ? ProcessTable.SessionOf(process.Identity) : [];

    /// <summary>Their memory. PostgreSQL's processes share most of it, which is counted once.</summary>
    public long ResidentBytesOf(string name) => name == StackLayout.Database
        ? ProcessTable.ProportionalBytes(ProcessesOf(name))
        : ProcessTable.ResidentBytes(ProcessesOf(name));

    public long CpuMicrosecondsOf(string name) =>
        State.Cgroup?.CpuMicrosecondsOf(name) ?? ProcessTable.CpuMicroseconds(ProcessesOf(name));

    /// <summary>Kills all processes of one name, also when the first of them is gone.</summary>
    public void Kill(string name) => ProcessTable.KillAll(() => ProcessesOf(name));

    /// <summary>
    /// Ends every process and removes what they left outside the data directory. For a supervisor at its end, and for
    /// <c>stop</c> when the supervisor was killed.
    /// </summary>
    public void End(Action<string> say)
    {
        // The proxy first, while the servers that its last requests need are still there.
        string[] proxy = [State.Layout.Proxy];
        End(proxy, State.Layout.HasCaddy ? Signal.Terminate : Signal.Quit, s_proxyDrains);
        End([.. StackLayout.Apis, .. proxy], Signal.Terminate, s_serversDrain);
        End([StackLayout.Database], Signal.Interrupt, s_databaseStops);
        foreach (var process in State.Processes)
        {
            Kill(process.Name);
        }

        if (State.Cgroup is { } cgroup && !cgroup.TryRemove())
        {
            say($"the cgroup {cgroup.Cpu} could not be removed");
        }

        Files.DeleteTrees(State.Sockets, State.DatabaseSockets);
        StackState.Delete(Data);
        new RestartRequest(Data).TryTake();
        foreach (var configuration in Directory.GetFiles(Data.Run, "*.conf"))
        {
            File.Delete(configuration);
        }
    }

    /// <summary>What <c>run</c> says of a stack that answers. The limits are read back from the kernel.</summary>
    public IEnumerable<string> Describe()
    {
        foreach (var process in State.Processes)
        {
            var limits = State.Cgroup is { } cgroup
                ? $"{ProcessLimits.CpuText(cgroup.CpuQuotaOf(process.Name))} CPU, " +
                  ProcessLimits.MemoryText(cgroup.MemoryLimitOf(process.Name))
                : "no limit";
            yield return $"  {process.Name,-6} pid {process.Identity.Pid,-7} {limits}";
        }

        yield return State.Cgroup is null
            ? "  NO LIMIT is in force: these processes may use the whole machine"
            : $"  limits in force through cgroup {State.Cgroup.Version}, {State.Cgroup.Name}";
        yield return $"  logs   {Data.Logs}";
        yield return $"  stack  {State.Layout.Name}, limits of {Repository.Shorten(State.Layout.SplitFile)}";
        yield return $"  data   {(State.Layout.HasPostgres ? Data.Cluster : Data.LedgerFile)}";
        yield return $"up: {State.Url}";
    }

    public override string ToString() =>
        $"{Data.FullPath} ({State.Layout.Name}, port {State.Port}" +
        $"{(IsSupervised ? "" : ", its supervisor was killed")})";

    private void End(string[] names, Signal signal, TimeSpan within)
    {
        var processes = names.Select(State.Find).OfType<ProcessState>().Select(one => one.Identity).ToList();
        processes.ForEach(process => process.Send(signal));
        Poll.Until(within, () => !processes.Any(process => process.IsAlive), pauseMilliseconds: 10);
    }
}
