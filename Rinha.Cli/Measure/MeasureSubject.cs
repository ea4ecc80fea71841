using System.Text.RegularExpressions;
using Rinha.Stack;
using Rinha.Stack.Databases;

namespace Rinha.Cli.Measure;

// One subject of the comparison: how to start its stack, and how many accounts the load uses.
internal sealed partial record MeasureSubject(string Name, StackLayout Layout)
{
    public const string Plain = "stack";
    public const string Floor = "floor";
    public const string OtherServer = "server";

    private const string Grown = "grown";
    private const string Million = "million";
    private const int AccountsMillion = 1_000_000;
    private const int StatementEntries = 10;

    // The latencies' names here, in milliseconds, and in the load tester's report, in seconds.
    private static readonly (string Name, string Member)[] s_latencies =
        [("p50Ms", "p50"), ("p99Ms", "p99"), ("p999Ms", "p999"), ("maxMs", "max")];

    private int Accounts { get; init; } = 5;

    private string Server { get; init; } = Repository.Server;

    private string? Setting { get; init; }

    public static MeasureSubject Parse(string name, StackLayout layout, string? server)
    {
        var subject = new MeasureSubject(name, layout);
        if (name is Grown or Million && layout.HasPostgres)
        {
            throw new UsageException($"{name} needs SQLite; {layout.Name} has PostgreSQL");
        }

        if (StackLayout.Names.Contains(name))
        {
            return subject with { Layout = StackLayout.Choose(name, layout.Split) };
        }

        if (StackLayout.SplitsOf(layout.Name).Contains(name))
        {
            return subject with { Layout = StackLayout.Choose(layout.Name, name) };
        }

        if (SettingPattern().IsMatch(name))
        {
            return subject with { Setting = name };
        }

        return name switch
        {
            Plain or Grown => subject,
            Floor => subject with { Layout = layout with { IsFloor = true } },
            "one" => subject with { Accounts = 1 },
            Million => subject with { Accounts = AccountsMillion },
            OtherServer when server is not null => subject with { Server = server },
            OtherServer => throw new UsageException("'server' needs --server PATH"),
            _ => throw new UsageException(
                $"not stack, floor, grown, one, million, server, NAME=VALUE, a stack or a split: '{name}'"),
        };
    }

    public void Start(DataDirectory data, int port, MeasureLoad load, int transactions)
    {
        if (Name is Grown or Million)
        {
            var filled = Name == Grown ? transactions : StatementEntries * Accounts;
            Console.Error.WriteLine($"filling a file with {filled} transactions of {Accounts} accounts");
            Directory.CreateDirectory(data.FullPath);
            PrefilledLedger.Create(data.LedgerFile, filled, Accounts, new Packages(Console.Error.WriteLine));
        }

        // Drop the environment's setting, so that the subjects differ only as named.
        string[] variables = ["-u", "RINHA_SYNCHRONOUS", .. Setting is null ? [] : (string[])[Setting]];
        string[] floor = Layout.IsFloor ? ["--floor", load.FloorAnswers] : [];
        Foreground.RunVerb(
            [
                "run", "--detach", "--data", data.FullPath, "--port", $"{port}", "--stack", Layout.Name, "--split",
                Layout.Split, "--server", Server, .. floor,
            ],
            variables);
    }

    // Runs the load once and returns metrics by name, in display order.
    public IReadOnlyDictionary<string, double> Measure(DataDirectory data, int port, MeasureLoad load)
    {
        var stack = StackInstance.Read(data) ?? throw new StackException($"no stack on {data.FullPath}");
        var before = ReadCounters(stack);
        using var report = JsonDocument.Parse(Tool.Run(
        [
            Repository.LoadTester, "load", $"http://127.0.0.1:{port}", "-c", $"{load.Connections}", "-d",
            $"{load.Seconds}s", "--accounts", $"{Accounts}", .. load.Flags, "--max-failed", "100%", "--quiet", "-o",
            "json",
        ]).OrThrow("the load tester failed").Output);
        var after = ReadCounters(StackInstance.Read(data) ?? stack);

        var summary = report.RootElement.GetProperty("summary");
        var completed = summary.GetProperty("completed").GetDouble();
        var metrics = new Dictionary<string, double>
        {
            ["requestsPerSecond"] = completed / report.RootElement.GetProperty("duration").GetDouble(),
            ["failed"] = summary.GetProperty("failed").GetDouble(),
        };
        foreach (var (name, member) in s_latencies)
        {
            metrics[name] = report.RootElement.GetProperty("latency").GetProperty(member).GetDouble() * 1000;
        }

        foreach (var name in stack.State.Layout.Processes)
        {
            metrics[name + "CpuUs"] = (after[name].Cpu - before[name].Cpu) / completed;
            metrics[name + "Throttled"] = after[name].Throttled - before[name].Throttled;
            metrics[name + "ResidentMiB"] = stack.ResidentBytesOf(name) / (1024.0 * 1024);
        }

        return metrics;
    }

    private static Dictionary<string, (double Cpu, double Throttled)> ReadCounters(StackInstance stack) =>
        stack.State.Layout.Processes.ToDictionary(name => name, name => (
            (double)stack.CpuMicrosecondsOf(name), (double)(stack.State.Cgroup?.ThrottledPeriodsOf(name) ?? 0)));

    [GeneratedRegex("^[A-Z][A-Z0-9_]*=.+$")]
    private static partial Regex SettingPattern();
}

// The load on the subjects: mix, refused, statements or connections.
internal sealed record MeasureLoad(string Name, int Connections, int Seconds)
{
    public const string Mix = "mix";

    // Above every limit; the largest amount that the load tester sends.
    private const string RefusedCents = "2147483647";

    // The floor whose answers this load accepts.
    public string FloorAnswers => Name == "connections" ? Mix : Name;

    public IEnumerable<string> Flags => Name switch
    {
        "refused" => ["--mix", "1:0:0", "--amount", RefusedCents],
        "statements" => ["--mix", "0:0:1"],
        "connections" => ["--close"],
        _ => [],
    };
}
