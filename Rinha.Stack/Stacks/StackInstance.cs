namespace Rinha.Stack.Stacks;

/// <summary>A running stack, or what a killed supervisor left behind.</summary>
public sealed record StackInstance(DataDirectory Data, StackState State)
{
    // A stopping server gives its requests 8 s and its writer 2 s more. PostgreSQL writes a checkpoint.
    private static readonly TimeSpan s_proxyTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_serverTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_databaseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Longer than an orderly shutdown takes.</summary>
    public static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(40);

    /// <summary>Whether its supervisor is alive. If not, it was killed and its processes may still run.</summary>
    public bool IsSupervised => State.Supervisor.IsAlive;

    /// <summary>The stack on a data directory, or <see langword="null"/>.</summary>
    public static StackInstance? Read(DataDirectory data) =>
        StackState.Read(data) is { } state ? new StackInstance(data, state) : null;

    /// <summary>All processes of a service: nginx's master and workers, PostgreSQL's backends.</summary>
    public IReadOnlyList<int> ProcessesOf(string name) => name == StackLayout.Database
        ? PostgresCluster.ProcessesOf(Data.Cluster)
        : State.Find(name) is { } process ? ProcessTable.SessionOf(process.Identity) : [];

    /// <summary>Resident memory in bytes. PostgreSQL's shared memory counts once.</summary>
    public long ResidentBytesOf(string name) => name == StackLayout.Database
        ? ProcessTable.ProportionalBytes(ProcessesOf(name))
        : ProcessTable.ResidentBytes(ProcessesOf(name));

    public long CpuMicrosecondsOf(string name) =>
        State.Cgroup?.CpuMicrosecondsOf(name) ?? ProcessTable.CpuMicroseconds(ProcessesOf(name));

    /// <summary>Kills all processes of a service, even after its first one died.</summary>
    public void Kill(string name) => ProcessTable.KillAll(() => ProcessesOf(name));

    /// <summary>
    /// Stops every process and removes what they left outside the data directory. Called by a stopping supervisor, and
    /// by <c>stop</c> after the supervisor was killed.
    /// </summary>
    public void End(Action<string> log)
    {
        // The proxy first, since its last requests need the servers. At layer 4 it ends when they have closed the
        // connections, each with an answer.
        string[] proxy = [State.Layout.Proxy.Name];
        End(proxy, State.Layout.Proxy.FinishSignal, State.Layout.Proxy.IsLayer4 ? TimeSpan.Zero : s_proxyTimeout);
        End(StackLayout.Apis, Signal.Terminate, s_serverTimeout);
        End(proxy, Signal.Terminate, s_proxyTimeout);
        End([StackLayout.Database], Signal.Interrupt, s_databaseTimeout);
        foreach (var process in State.Processes)
        {
            Kill(process.Name);
        }

        if (State.Cgroup is { } cgroup && !cgroup.TryRemove())
        {
            log($"the cgroup {cgroup.Cpu} could not be removed");
        }

        Files.DeleteTrees(State.Sockets, State.DatabaseSockets);
        StackState.Delete(Data);
        new RestartRequest(Data).TryTake();
        foreach (var configuration in Directory.GetFiles(Data.Run, "*.conf"))
        {
            File.Delete(configuration);
        }
    }

    /// <summary>The lines that <c>run</c> prints, with the limits as read back from the kernel.</summary>
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
        yield return $"  logs    {Data.Logs}";
        yield return $"  stack   {State.Layout.Name}, limits of {Repository.Shorten(State.Layout.SplitFile)}";
        yield return $"  ledger  {State.Ledger}";
        foreach (var line in State.Access.Describe(State.Layout.Proxy))
        {
            yield return line;
        }

        yield return $"up: {State.Access.MainUrl}";
    }

    public override string ToString() =>
        $"{Data.FullPath} ({State.Layout.Name}, port {State.Port}" +
        $"{(IsSupervised ? "" : ", its supervisor was killed")})";

    private void End(IReadOnlyList<string> names, Signal signal, TimeSpan within)
    {
        var processes = names.Select(State.Find).OfType<ProcessState>().Select(process => process.Identity).ToList();
        processes.ForEach(process => process.Send(signal));
        Poll.Until(within, () => !processes.Any(process => process.IsAlive), pauseMilliseconds: 10);
    }
}
