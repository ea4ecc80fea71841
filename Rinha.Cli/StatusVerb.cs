using Rinha.Stack;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

// status: shows each process of a stack with the limits that the kernel enforces.
internal static class StatusVerb
{
    private const string Stopped = "stopped";

    private static readonly Option<bool> s_json = Arguments.Flag("--json", "Print one JSON object.");

    public static Command Create() => Arguments.VerbOnStack(
        "status",
        "Show each process with its limits in force. Exit status 3 when no stack is running.",
        (data, parsed) => Show(data, StackInstance.Read(data), parsed.GetValue(s_json)),
        s_json);

    private static int Show(DataDirectory data, StackInstance? stack, bool isJson)
    {
        var isRunning = stack is { IsSupervised: true };
        if (isJson)
        {
            WriteJson(data, stack);
        }
        else
        {
            WriteTable(stack);
            if (isRunning)
            {
                Console.WriteLine($"  server  {string.Join(", ", VersionsOf(stack!))}");
                Console.WriteLine($"  ledger  {stack!.State.Ledger}");
                stack.State.Access.Describe().ToList().ForEach(Console.WriteLine);
            }

            Console.WriteLine(stack switch
            {
                null => $"not running: {data.FullPath}",
                { IsSupervised: true } => $"running: {stack.State.Url} ({stack.State.Layout.Name}, " +
                    $"{Repository.Shorten(stack.State.Layout.SplitFile)}) on {data.FullPath}",
                _ => $"not running: the supervisor of {data.FullPath} was killed (./rinha stop stops what it left)",
            });
        }

        return isRunning ? Exit.Success : Exit.NotRunning;
    }

    private static void WriteTable(StackInstance? stack)
    {
        const string form = "{0,-6} {1,-10} {2,8} {3,6} {4,8} {5,8} {6,10} {7,9} {8,8}";
        if (stack is null)
        {
            return;
        }

        Console.WriteLine(
            form, "name", "state", "pid", "cpu", "memory", "used", "throttled", "restarts", "uptime");
        foreach (var row in stack.State.Layout.Processes.Select(name => RowOf(stack, name)))
        {
            Console.WriteLine(
                form, row.Name, row.State, Or(row.Pid),
                ProcessLimits.CpuText((long?)(row.Cpus * 100_000)), ProcessLimits.MemoryText(row.MemoryBytes),
                ProcessLimits.MemoryText(row.ResidentBytes), Or(row.ThrottledPeriods),
                row.Restarts, row.UptimeSeconds is { } uptime ? $"{uptime}s" : "");
        }

        static string Or(long? number) => number is null ? "-" : $"{number}";
    }

    private static void WriteJson(DataDirectory data, StackInstance? stack)
    {
        var layout = stack?.State.Layout ?? StackLayout.Choose();
        var access = stack?.State.Access;
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                Running = stack is { IsSupervised: true },
                Data = data.FullPath,
                Stack = layout.Name,
                layout.Split,
                stack?.State.Ledger,
                access?.Host,
                access?.Port,
                access?.Url,
                access?.TlsUrl,
                access?.Limit,
                access?.Login,
                Reset = access?.HasReset,
                access?.MetricsPort,
                Versions = stack is { IsSupervised: true } ? VersionsOf(stack) : [],
                Cgroup = stack?.State.Cgroup?.Version ?? "none",
                Processes = layout.Processes.Select(name => RowOf(stack, name)),
            },
            JsonSerializerOptions.Web));
    }

    // The servers' versions: two during a restart with a new binary.
    private static IEnumerable<string> VersionsOf(StackInstance stack) => StackLayout.Apis
        .Select(name => HealthProbe.VersionOf(Path.Combine(stack.State.Sockets, name + ".sock")))
        .OfType<string>()
        .Distinct()
        .DefaultIfEmpty(stack.State.Layout.IsFloor ? "none: constant answers" : "no answer");

    private static Row RowOf(StackInstance? stack, string name)
    {
        var process = stack?.State.Find(name);
        var alive = process is { Identity.IsAlive: true } ? process : null;
        var state = alive is not null ? "running" : process is { IsRestarting: true } ? "restarting" : Stopped;
        var cgroup = state == Stopped ? null : stack!.State.Cgroup;
        return new Row(
            name,
            state,
            alive?.Identity.Pid,
            cgroup?.CpuQuotaOf(name) / 100_000m,
            cgroup?.MemoryLimitOf(name),
            alive is null ? null : stack!.ResidentBytesOf(name),
            cgroup?.ThrottledPeriodsOf(name),
            process?.Restarts ?? 0,
            (long?)(DateTimeOffset.UtcNow - alive?.Since)?.TotalSeconds);
    }

    // One process; unknown values are null.
    private sealed record Row(
        string Name,
        string State,
        int? Pid,
        decimal? Cpus,
        long? MemoryBytes,
        long? ResidentBytes,
        long? ThrottledPeriods,
        int Restarts,
        long? UptimeSeconds);
}
