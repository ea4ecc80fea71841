namespace Rinha.Cli;

/// <summary><c>top</c>: the running stack second by second.</summary>
internal sealed class TopVerb
{
    private readonly Option<string?> _data = Arguments.Data();

    private readonly Option<int> _count = Arguments.Number(
        "--count", 0, 0, int.MaxValue, "End after so many refreshes, one a second; 0 for no end");

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command(
            "top",
            "Watch requests, latencies, the ledger, CPU and memory against the limits. A pipe or a file gets columns " +
            "parted by tabs. Exit status 3 when no stack runs.")
        { _data, _count };
        command.SetAction(parsed => Run(
            RunningStacks.Choose(parsed.GetValue(_data)), parsed.GetValue(_count)));
        return command;
    }

    private static int Run(DataDirectory data, int count)
    {
        if (StackInstance.Read(data) is not { IsSupervised: true } stack)
        {
            return Exit.Say($"no stack runs on {data.FullPath} (./rinha run)", Exit.NotRunning);
        }

        var cgroup = stack.State.Cgroup;
        string[] cgroups = cgroup is null ? [] : [cgroup.Cpu, cgroup.Accounting, cgroup.Memory];
        return Foreground.BecomeLoadTester(
        [
            "top", "--sockets", stack.State.Sockets, "--count", count.ToString(CultureInfo.InvariantCulture),
            .. cgroups.SelectMany(directory => (string[])["--cgroup", directory]),
            .. stack.State.Layout.Processes.SelectMany(name => (string[])["--process", name]),
        ]);
    }
}
