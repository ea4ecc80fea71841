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
        "Show each process with its limits in force and each API's health. Exit status 1 when an API is unhealthy, " +
        "3 when no stack is running.",
        isChange: false,
        (data, parsed) => Show(data, StackInstance.Read(data), parsed.GetValue(s_json)),
        s_json);

    private static int Show(DataDirectory data, StackInstance? stack, bool isJson)
    {
        var isRunning = stack is { IsSupervised: true };
        var apis = stack is null ? [] : Ask(stack);
        if (isJson)
        {
            WriteJson(data, stack, apis);
        }
        else
        {
            WriteTable(stack, apis);
            if (isRunning)
            {
                Console.WriteLine($"  server  {string.Join(", ", VersionsOf(stack!, apis))}");
                var on = string.Join(", ", HostsOf(stack!, apis));
                Console.WriteLine($"  ledger  {stack!.State.Ledger}{(on.Length > 0 ? $" on {on}" : "")}");
                stack.State.Access.Describe(stack.State.Layout.Proxy).ToList().ForEach(Console.WriteLine);
            }

            Console.WriteLine(stack switch
            {
                null => $"not running: {data.FullPath}",
                { IsSupervised: true } => $"running: {stack.State.Access.MainUrl} ({stack.State.Layout.Name}, " +
                    $"{Repository.Shorten(stack.State.Layout.SplitFile)}) on {data.FullPath}",
                _ => $"not running: the supervisor of {data.FullPath} was killed (./rinha stop stops what it left)",
            });
        }

        var unhealthy = apis.Where(api => api.Health != HealthProbe.Healthy).ToList();
        return !isRunning ? Exit.NotRunning
            : unhealthy.Count == 0 ? Exit.Success
            : Exit.Report(
                "unhealthy: " + string.Join(", ", unhealthy.Select(api => $"{api.Name} ({api.Health})")), Exit.Failure);
    }

    // At once: each may need its whole timeout. One that does not answer is not asked again.
    private static List<ApiAnswer> Ask(StackInstance stack) =>
    [
        .. StackLayout.Apis.AsParallel().AsOrdered().WithDegreeOfParallelism(StackLayout.Apis.Count).Select(name =>
        {
            var sockets = stack.State.Sockets;
            var health = HealthProbe.HealthOf(Path.Combine(sockets, name + ".sock"));
            var (version, host) = health == HealthProbe.NoAnswer ? default
                : HealthProbe.BuildAndHostOf(stack.State.Layout.MetricsSocketOf(sockets, name));
            return new ApiAnswer(name, health, version, host);
        }),
    ];

    private static void WriteTable(StackInstance? stack, List<ApiAnswer> apis)
    {
        const string form = "{0,-6} {1,-10} {2,8} {3,6} {4,8} {5,8} {6,10} {7,9} {8,8}  {9}";
        if (stack is null)
        {
            return;
        }

        Console.WriteLine(
            form, "name", "state", "pid", "cpu", "memory", "used", "throttled", "restarts", "uptime",
            "health");
        foreach (var row in stack.State.Layout.Processes.Select(name => RowOf(stack, name, apis)))
        {
            Console.WriteLine(
                form, row.Name, row.State, Or(row.Pid),
                ProcessLimits.CpuText((long?)(row.Cpus * 100_000)), ProcessLimits.MemoryText(row.MemoryBytes),
                ProcessLimits.MemoryText(row.ResidentBytes), Or(row.ThrottledPeriods),
                row.Restarts, row.UptimeSeconds is { } uptime ? $"{uptime}s" : "", row.Health ?? "-");
        }

        static string Or(long? number) => number is null ? "-" : $"{number}";
    }

    private static void WriteJson(DataDirectory data, StackInstance? stack, List<ApiAnswer> apis)
    {
        var layout = stack?.State.Layout ?? StackLayout.Choose();
        var access = stack?.State.Access;
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                Running = stack is { IsSupervised: true },
                Healthy = stack is { IsSupervised: true } && apis.All(api => api.Health == HealthProbe.Healthy),
                Data = data.FullPath,
                Stack = layout.Name,
                layout.Split,
                stack?.State.Ledger,
                LedgerHosts = stack is null ? [] : HostsOf(stack, apis),
                access?.Host,
                access?.Port,
                Url = access?.MainUrl,
                HttpUrl = access?.Url,
                access?.TlsUrl,
                access?.Limit,
                access?.Login,
                Reset = access?.HasReset,
                access?.MetricsPort,
                Versions = stack is { IsSupervised: true } ? VersionsOf(stack, apis) : [],
                Cgroup = stack?.State.Cgroup?.Version ?? "none",
                Processes = layout.Processes.Select(name => RowOf(stack, name, apis)),
            },
            JsonSerializerOptions.Web));
    }

    // The servers' versions: two during a restart with a new binary.
    private static IEnumerable<string> VersionsOf(StackInstance stack, List<ApiAnswer> apis) => apis
        .Select(api => api.Version)
        .OfType<string>()
        .Distinct()
        .DefaultIfEmpty(stack.State.Layout.IsFloor ? "none: constant answers" : HealthProbe.NoAnswer);

    // The host that each server's ledger is on, if its address names several; two only during a failover.
    private static IEnumerable<string> HostsOf(StackInstance stack, List<ApiAnswer> apis) =>
        stack.State.Ledger.Contains(',') ? apis.Select(api => api.DatabaseHost).OfType<string>().Distinct() : [];

    private static Row RowOf(StackInstance? stack, string name, List<ApiAnswer> apis)
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
            (long?)(DateTimeOffset.UtcNow - alive?.Since)?.TotalSeconds,
            apis.Find(api => api.Name == name)?.Health);
    }

    private sealed record ApiAnswer(string Name, string Health, string? Version, string? DatabaseHost);

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
        long? UptimeSeconds,
        string? Health);
}
