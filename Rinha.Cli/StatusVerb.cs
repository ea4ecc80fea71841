using Rinha.Stack;
using Rinha.Stack.Cgroups;

namespace Rinha.Cli;

/// <summary><c>status</c>: each process of a stack with its limits as they are in force.</summary>
internal sealed class StatusVerb
{
    private const string Running = "running";
    private const string Stopped = "stopped";

    private readonly Option<string?> _data = Arguments.Data();
    private readonly Option<bool> _json = new("--json") { Description = "The same as one JSON object." };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command(
            "status", "Show each process with its limits as they are in force. Exit status 3 when nothing runs.")
        { _data, _json };
        command.SetAction(parsed =>
            Show(RunningStacks.Choose(parsed.GetValue(_data)), parsed.GetValue(_json)));
        return command;
    }

    private static int Show(DataDirectory data, bool isJson)
    {
        var stack = StackInstance.Read(data);
        var isRunning = stack is { IsSupervised: true };
        if (isJson)
        {
            WriteJson(data, stack);
            return isRunning ? Exit.Success : Exit.NotRunning;
        }

        if (stack is not null)
        {
            WriteTable(stack);
        }

        Console.WriteLine(stack switch
        {
            null => $"not running: {data.FullPath}",
            { IsSupervised: true } => $"running: {stack.State.Url} ({stack.State.Layout.Name}, " +
                $"{Repository.Shorten(stack.State.Layout.SplitFile)}) on {data.FullPath}",
            _ => $"not running: the supervisor of {data.FullPath} was killed (./rinha stop ends what it left)",
        });
        return isRunning ? Exit.Success : Exit.NotRunning;
    }

    private static void WriteTable(StackInstance stack)
    {
        const string form = "{0,-6} {1,-10} {2,8} {3,6} {4,8} {5,8} {6,10} {7,9} {8,8}";
        Console.WriteLine(
            form, "name", "state", "pid", "cpu", "memory", "used", "throttled", "restarts", "uptime");
        foreach (var row in stack.State.Layout.Processes.Select(name => new Row(stack, name)))
        {
            Console.WriteLine(
                form, row.Name, row.State, Or(row.Pid), ProcessLimits.CpuText(row.CpuQuota),
                ProcessLimits.MemoryText(row.MemoryBytes), ProcessLimits.MemoryText(row.ResidentBytes),
                Or(row.ThrottledPeriods), row.Restarts, row.UptimeSeconds is { } uptime ? $"{uptime}s" : "");
        }

        static string Or(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
    }

    private static void WriteJson(DataDirectory data, StackInstance? stack)
    {
        var layout = stack?.State.Layout ?? StackLayout.Choose();
        using (var json = new Utf8JsonWriter(Console.OpenStandardOutput()))
        {
            json.WriteStartObject();
            json.WriteBoolean("running", stack is { IsSupervised: true });
            json.WriteString("data", data.FullPath);
            json.WriteString("stack", layout.Name);
            json.WriteString("split", layout.Split);
            Write(json, "port", stack?.State.Port);
            json.WriteString("cgroup", stack?.State.Cgroup?.Version ?? "none");
            json.WriteStartArray("processes");
            foreach (var row in layout.Processes.Select(name => new Row(stack, name)))
            {
                row.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        Console.WriteLine();
    }

    private static void Write(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>The figures of one process; what cannot be known is <see langword="null"/>.</summary>
    private sealed class Row
    {
        public Row(StackInstance? stack, string name)
        {
            Name = name;
            var process = stack?.State.Find(name);
            Restarts = process?.Restarts ?? 0;
            var isAlive = process is { Identity.IsAlive: true };
            State = isAlive ? Running : process is { IsRestarting: true } ? "restarting" : Stopped;
            if (isAlive)
            {
                Pid = process!.Identity.Pid;
                UptimeSeconds = (long)(DateTimeOffset.UtcNow - process.Since).TotalSeconds;
                ResidentBytes = stack!.ResidentBytesOf(name);
            }

            if (State != Stopped)
            {
                CpuQuota = stack!.State.Cgroup?.CpuQuotaOf(name);
                MemoryBytes = stack.State.Cgroup?.MemoryLimitOf(name);
                ThrottledPeriods = stack.State.Cgroup?.ThrottledPeriodsOf(name);
            }
        }

        public string Name { get; }

        public string State { get; }

        public long? Pid { get; }

        public long? CpuQuota { get; }

        public long? MemoryBytes { get; }

        public long? ResidentBytes { get; }

        public long? ThrottledPeriods { get; }

        public int Restarts { get; }

        public long? UptimeSeconds { get; }

        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteString("state", State);
            Write(json, "pid", Pid);
            if (CpuQuota is { } quota)
            {
                json.WriteNumber("cpus", quota / 100_000m);
            }
            else
            {
                json.WriteNull("cpus");
            }

            Write(json, "memoryBytes", MemoryBytes);
            Write(json, "residentBytes", ResidentBytes);
            Write(json, "throttledPeriods", ThrottledPeriods);
            json.WriteNumber("restarts", Restarts);
            Write(json, "uptimeSeconds", UptimeSeconds);
            json.WriteEndObject();
        }
    }
}
