using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>
/// Runs to report: the one in Golden/everything.json, in which everything was found that can be, and others made of it.
/// </summary>
internal static class SampleRuns
{
    /// <summary>What <see cref="Hostile"/> says everywhere: markup, a script, a terminal's commands.</summary>
    public const string HostileText =
        "</title></style><script>console.error('in')</script><img src=\"http://x/\" onerror=\"alert(1)\"> & ' "
        + "]]> <!-- \u001b[2J\0 \u202e \ufffe";

    public static RunReport Everything => FromJson(Golden("everything.json"));

    /// <summary>An open loop with failures, and nothing but that.</summary>
    public static RunReport Open => Everything with { Contest = null, Check = null, FindMax = null, Baseline = null };

    /// <summary>A closed loop of a minute, without failures.</summary>
    public static RunReport Closed => Open with
    {
        Mode = "closed",
        Connections = 32,
        TargetRate = null,
        UncorrectedLatency = null,
        SendDelay = null,
        Summary = new SummaryReport(744_000, 744_000, 0, 12_400, 1, new Dictionary<int, long> { [200] = 744_000 }),
        Failures = [],
        Series = [.. Enumerable.Range(0, 60).Select(second =>
            new SecondReport(second, 12_400 + second, 0, 0.0005, 0.004, second == 17 ? 0.3 : 0.02, 0.001))],
    };

    /// <summary>A run that ended before anything was sent.</summary>
    public static RunReport Empty
    {
        get
        {
            var nothing = new LatencyRecorder().ToReport();
            return Closed with
            {
                Duration = 0,
                WarmUp = 0,
                Interrupted = true,
                Summary = new SummaryReport(0, 0, 0, 0, 0, new Dictionary<int, long>()),
                Latency = nothing,
                Operations = [new OperationReport("débito", 0, 0, 0, new Dictionary<int, long>(), nothing, null)],
                Series = [],
            };
        }
    }

    /// <summary>A run against a target that does not listen.</summary>
    public static RunReport Silent => Empty with
    {
        Duration = 3,
        Summary = new SummaryReport(12, 0, 12, 0, 0, new Dictionary<int, long>()),
        Failures = [new FailureReport(FailureKind.ConnectionRefused, 12, "connect 127.0.0.1:9999: connection refused")],
        Series = [.. Enumerable.Range(0, 3).Select(second => new SecondReport(second, 0, 4, 0, 0, 0))],
    };

    public static RunReport Hostile
    {
        get
        {
            var run = Everything;
            return run with
            {
                Environment = new EnvironmentReport(
                    HostileText, HostileText, HostileText, HostileText, 2, HostileText, HostileText),
                Failures = [new FailureReport(FailureKind.Garbage, 1, HostileText)],
                Check = run.Check! with { Checks = [new CheckResult(HostileText, 1, 1, HostileText)] },
                FindMax = run.FindMax! with { Objective = HostileText },
                Contest = run.Contest! with { FailedChecks = [new FailedCheckReport(HostileText, HostileText, 1)] },
                Baseline = run.Baseline! with { Name = HostileText },
                Operations = [.. run.Operations.Select(operation => operation with { Name = HostileText })],
            };
        }
    }

    /// <summary>Every sample by name, for theories.</summary>
    public static IReadOnlyDictionary<string, RunReport> All { get; } = new Dictionary<string, RunReport>
    {
        ["everything"] = Everything,
        ["open"] = Open,
        ["closed"] = Closed,
        ["one second"] = Closed with { Series = [.. Closed.Series.Take(1)] },
        ["empty"] = Empty,
        ["silent"] = Silent,
        ["hostile"] = Hostile,
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static string ToJson(RunReport run)
    {
        using var stream = new MemoryStream();
        JsonReport.Write(run, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static RunReport FromJson(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return JsonReport.Read(stream);
    }

    /// <summary>
    /// A text that was looked at and found good. To renew everything.txt, write what the failed test shows into it, and
    /// read the difference.
    /// </summary>
    public static string Golden(string name) =>
        File.ReadAllText(Repository.PathOf($"Rinha.LoadTest.Tests/Output/Golden/{name}"));
}
