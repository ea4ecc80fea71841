namespace Rinha.Cli;

/// <summary><c>top</c>: the running stack second by second.</summary>
internal static class TopVerb
{
    private static readonly Option<int> s_count = Arguments.Number(
        "--count", 0, 0, int.MaxValue, "End after so many refreshes, one a second; 0 for no end");

    public static Command Create() => Arguments.VerbOnStack(
        "top",
        "Watch requests, latencies, the ledger, CPU and memory against the limits. A pipe or a file gets columns " +
        "parted by tabs. Exit status 3 when no stack runs.",
        Run,
        s_count);

    private static int Run(DataDirectory data, ParseResult parsed)
    {
        if (StackInstance.Read(data) is not { IsSupervised: true } stack)
        {
            return Exit.Say($"no stack runs on {data.FullPath} (./rinha run)", Exit.NotRunning);
        }

        string[] cgroups = stack.State.Cgroup is { } cgroup ? [cgroup.Cpu, cgroup.Accounting, cgroup.Memory] : [];
        return Foreground.BecomeLoadTester(
        [
            "top", "--sockets", stack.State.Sockets, "--count", $"{parsed.GetValue(s_count)}",
            .. cgroups.SelectMany(directory => (string[])["--cgroup", directory]),
            .. stack.State.Layout.Processes.SelectMany(name => (string[])["--process", name]),
        ]);
    }
}
