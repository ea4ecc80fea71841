using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

// Sample runs: one with every possible finding, and variations of it.
internal static class SampleRuns
{
    // Every text of Hostile: markup, a script, terminal control codes.
    public const string HostileText =
        "</title></style><script>console.error('in')</script><img src=\"http://x/\" onerror=\"alert(1)\"> & ' "
        + "]]> <!-- \u001b[2J\0 \u202e \ufffe";

    private static readonly LatencyReport s_latency = Latency(1);

    public static RunReport Everything { get; } = new()
    {
        Schema = RunReport.CurrentSchema,
        Environment = new EnvironmentReport(
            "rinha-load load -c 64", "0.1.0+0123456789abcdef", "http://127.0.0.1:9999", "Example Processor 3000", 2,
            "Debian GNU/Linux 12 (bookworm), Linux 6.1.0", "1.5 CPU, 550MB"),
        Mode = "open",
        Connections = 64,
        TargetRate = 2000,
        Mix = [220, 110, 10],
        Seed = 42,
        StartedAt = new DateTimeOffset(2024, 3, 10, 12, 30, 0, TimeSpan.Zero),
        Duration = 60,
        WarmUp = 5,
        Interrupted = false,
        Summary = new SummaryReport(120_000, 119_934, 66, 1998.9, 0.99945, new Dictionary<int, long>
        {
            [422] = 5_980,
            [200] = 113_954,
            [503] = 20,
            [404] = 1,
        }),
        Latency = s_latency,
        UncorrectedLatency = Latency(0.5),
        SendDelay = Latency(0.01),
        Operations =
        [
            new OperationReport(
                "debit", 77_597, 50, 1293.28, new Dictionary<int, long> { [200] = 71_597, [422] = 6_000 }, s_latency,
                s_latency),
        ],
        Failures =
        [
            new FailureReport(FailureKind.Timeout, 30, "Debit of client 3"),
            new FailureReport(FailureKind.UnexpectedStatus, 20, "Credit: 503"),
        ],
        Series = Seconds(60, 2_000),
        Contest = new ContestReport(0.953, 2_700, 3, 2_409.03, 94_890.97, [new("validações", "but found 0", 2)]),
        Check = new CheckReport(701_220, 42_760, 20,
        [
            new CheckResult("no balance is below its limit", 743_980, 0, null),
            new CheckResult("every transaction is in the balance", 5, 2, "client 2: balance -41,280"),
            new CheckResult("what was stored is there after a restart", 0, 0, null),
        ]),
        FindMax = new FindMaxReport("p99=10ms", 9_600,
        [
            new FindMaxStep(8_000, 7_998, 0.0043, 0, Met: true, Confirmation: false),
            new FindMaxStep(16_000, 11_205, 1.92, 812, Met: false, Confirmation: false),
            new FindMaxStep(9_600, 9_598, 0.0089, 0, Met: true, Confirmation: false),
            new FindMaxStep(9_600, 9_598, 0.0092, 0, Met: true, Confirmation: true),
        ]),
        Baseline = new BaselineReport(
            "main",
            0.05,
            [new("rate", 2_000, 1998.9, 0.99945, "same", 0.05), new("p99", 0.00384, 0.00636, 1.656, "worse", 0.05)],
            Regressed: true,
            Seconds(60, 2_000),
            s_latency.Distribution,
            FailsRun: true),
        Thresholds =
        [
            new ThresholdReport("failed > 0.1%", ThresholdUnit.Share, 0.00055, Passed: true),
            new ThresholdReport("debit.p99 > 10ms", ThresholdUnit.Seconds, 0.0123, Passed: false),
            new ThresholdReport("credit.p99 > 10ms", ThresholdUnit.Seconds, null, Passed: false),
        ],
        Verdict = new VerdictReport(Passed: false, "The bank broke its rules"),
    };

    // An open loop with failures.
    public static RunReport Open => Everything with
    {
        Contest = null,
        Check = null,
        FindMax = null,
        Baseline = null,
        Thresholds = null,
        Verdict = null,
    };

    // A one-minute closed loop without failures.
    public static RunReport Closed => Open with
    {
        Mode = "closed",
        Connections = 32,
        TargetRate = null,
        UncorrectedLatency = null,
        SendDelay = null,
        Summary = new SummaryReport(744_000, 744_000, 0, 12_400, 1, new Dictionary<int, long> { [200] = 744_000 }),
        Failures = [],
        Series = Seconds(60, 12_400),
    };

    // A run against a dead target.
    public static RunReport Silent => Closed with
    {
        Duration = 3,
        Summary = new SummaryReport(12, 0, 12, 0, 0, new Dictionary<int, long>()),
        Latency = new LatencyRecorder().ToReport(),
        Operations = [],
        Failures = [new FailureReport(FailureKind.ConnectionRefused, 12, "connect 127.0.0.1:9999: connection refused")],
        Series = [.. Enumerable.Range(0, 3).Select(second => new SecondReport(second, 0, 4, 0, 0, 0))],
    };

    // A run that ended before it sent anything.
    public static RunReport Empty => Silent with
    {
        Duration = 0,
        Interrupted = true,
        Summary = new SummaryReport(0, 0, 0, 0, 0, new Dictionary<int, long>()),
        Failures = [],
        Series = [],
    };

    public static RunReport Hostile => Everything with
    {
        Environment = new EnvironmentReport(
            HostileText, HostileText, HostileText, HostileText, 2, HostileText, HostileText),
        Failures = [new FailureReport(FailureKind.Garbage, 1, HostileText)],
        Check = Everything.Check! with { Checks = [new CheckResult(HostileText, 1, 1, HostileText)] },
        FindMax = Everything.FindMax! with { Objective = HostileText },
        Contest = Everything.Contest! with { FailedChecks = [new FailedCheckReport(HostileText, HostileText, 1)] },
        Baseline = Everything.Baseline! with { Name = HostileText },
        Operations = [Everything.Operations[0] with { Name = HostileText }],
    };

    public static IReadOnlyDictionary<string, RunReport> All { get; } = new Dictionary<string, RunReport>
    {
        ["everything"] = Everything,
        ["closed"] = Closed,
        ["one second"] = Closed with { Series = Seconds(1, 12_400) },
        ["empty"] = Empty,
        ["silent"] = Silent,
        ["hostile"] = Hostile,
        ["pause at the end"] = Closed with { Series = [.. Seconds(3, 12_400), new SecondReport(3, 0, 0, 0, 0, 0)] },
    };

    public static TheoryData<string> Names => [.. All.Keys];

    // A thousand latencies from 10 µs to 10 ms, times a factor.
    public static LatencyReport Latency(double factor)
    {
        var recorder = new LatencyRecorder();
        foreach (var latency in Enumerable.Range(1, 1_000))
        {
            recorder.Record((long)(10_000 * latency * factor));
        }

        return recorder.ToReport();
    }

    public static SecondReport[] Seconds(int count, int rate) =>
        [.. Enumerable.Range(0, count).Select(second =>
            new SecondReport(second, rate + second, 0, 0.0005, 0.004, second == 17 ? 0.3 : 0.02, 0.001))];

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
}
