namespace Rinha.Cli;

// top: watches a running stack second by second.
internal static class TopVerb
{
    private static readonly Option<int> s_count = Arguments.Number(
        "--count", 0, 0, int.MaxValue, "Stop after this many refreshes, one a second; 0 for never");

    public static Command Create() => Arguments.VerbOnStack(
        "top",
        "Watch requests, latencies, the ledger, CPU and memory against the limits. A pipe or file gets " +
        "tab-separated columns. Exit status 3 when no stack is running.",
        isChange: false,
        Run,
        s_count);

    private static int Run(DataDirectory data, ParseResult parsed)
    {
        if (StackInstance.Read(data) is not { IsSupervised: true } stack)
        {
            return Exit.Report($"no stack is running on {data.FullPath} (./rinha run)", Exit.NotRunning);
        }

        string[] cgroups = stack.State.Cgroup is { } cgroup ? [cgroup.Cpu, cgroup.Accounting, cgroup.Memory] : [];
        return Foreground.ExecLoadTester(
        [
            "top", "--sockets", stack.State.Sockets, "--count", $"{parsed.GetValue(s_count)}",
            .. cgroups.SelectMany(directory => (string[])["--cgroup", directory]),
            .. stack.State.Layout.Processes.SelectMany(name => (string[])["--process", name]),
        ]);
    }
}
