using Rinha.LoadTest.Http;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Output.Samples;

/// <summary>Reports as the engine makes them, one for each kind of run and for what is rare in them.</summary>
internal static class SampleReports
{
    /// <summary>Every sample by name.</summary>
    public static IReadOnlyDictionary<string, RunReport> All { get; } = new Dictionary<string, RunReport>
    {
        ["closed"] = Closed(),
        ["open"] = Open(),
        ["contest"] = SampleContest.Good(),
        ["contest-fined"] = SampleContest.Fined(),
        ["check"] = Checked(),
        ["find-max"] = Searched(),
        ["baseline"] = Compared(),
        ["empty"] = Empty(),
        ["silent"] = Silent(),
        ["one-second"] = Closed(1) with { Interrupted = true },
        ["ten-minutes"] = Closed(600),
        ["hostile"] = Hostile(),
    };

    /// <summary>The samples' names, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>A closed-loop run without failures.</summary>
    public static RunReport Closed(int seconds = 60)
    {
        const int Rate = 12_400;
        var total = (long)Rate * seconds;
        var latency = new SampleLatency(total, 0.000_21, 0.0021, 0.28).ToReport();
        return new RunReport
        {
            Schema = RunReport.CurrentSchema,
            Environment = new EnvironmentReport(
                $"rinha-load run http://127.0.0.1:9999 -c 32 -d {seconds}s",
                "0.1.0+0123456789abcdef",
                "http://127.0.0.1:9999",
                "Example Processor 3000",
                2,
                "Debian GNU/Linux 12 (bookworm), Linux 6.1.0",
                "1.5 CPU, 550MB"),
            Mode = "closed",
            Connections = 32,
            TargetRate = null,
            Mix = [220, 110, 10],
            Seed = 42,
            StartedAt = new DateTimeOffset(2024, 3, 10, 12, 30, 0, TimeSpan.Zero),
            Duration = seconds,
            WarmUp = 5,
            Interrupted = false,
            Summary = new SummaryReport(
                total, total, 0, Rate, 1, new Dictionary<int, long> { [200] = total - total / 20, [422] = total / 20 }),
            Latency = latency,
            UncorrectedLatency = null,
            SendDelay = null,
            Operations = SampleOperations.OfMix(total, seconds, corrected: false),
            Failures = [],
            Series = SampleSeries.Of(seconds, Rate, latency.P50),
        };
    }

    /// <summary>An open-loop run with failures of more kinds than the text report shows.</summary>
    public static RunReport Open()
    {
        const int Rate = 2_000, Seconds = 60, Failed = 66;
        const long Total = Rate * Seconds;
        var latency = new SampleLatency(Total, 0.000_18, 0.000_62, 0.52).ToReport();
        return Closed() with
        {
            Mode = "open",
            TargetRate = Rate,
            Connections = 64,
            Summary = new SummaryReport(
                Total,
                Total - Failed,
                Failed,
                (Total - Failed) / (double)Seconds,
                1 - (double)Failed / Total,
                new Dictionary<int, long> { [422] = 5_980, [200] = Total - Failed - 5_980, [503] = 20, [404] = 1 }),
            Latency = latency,
            UncorrectedLatency = new SampleLatency(Total, 0.000_17, 0.000_6, 0.34).ToReport(),
            SendDelay = new SampleLatency(Total, 0.000_002, 0.000_02, 0.5).ToReport(),
            Operations = SampleOperations.OfMix(Total, Seconds, corrected: true),
            Failures =
            [
                new FailureReport(FailureKind.Timeout, 30, "débito: no answer within 5s"),
                new FailureReport(FailureKind.UnexpectedStatus, 20, "crédito: 503 {\"title\":\"Service Unavailable\"}"),
                new FailureReport(FailureKind.ClosedBeforeAnswer, 8, "extrato: connection reset by peer"),
                new FailureReport(FailureKind.ClosedMidAnswer, 4, "extrato: closed after 112 of 310 bytes"),
                new FailureReport(FailureKind.Garbage, 3, "débito: not HTTP/1.1: \"SSH-2.0-OpenSSH\""),
                new FailureReport(FailureKind.WrongAnswer, 1, "débito: 404 for client 3"),
            ],
            Series = SampleSeries.Of(Seconds, Rate, latency.P50, failing: true),
        };
    }

    /// <summary>A run with checks, of which one found something and one had nothing to look at.</summary>
    public static RunReport Checked() => Closed() with
    {
        Check = new CheckReport(
            701_220,
            42_760,
            20,
            [
                new CheckResult("no balance is below its limit", 743_980, 0, null),
                new CheckResult("a statement shows at most ten transactions, newest first", 21_800, 0, null),
                new CheckResult(
                    "every acknowledged transaction is in the final balance",
                    5,
                    2,
                    "client 2: balance -41,280 is none that 14 acknowledged and 1 unknown transactions can lead to"),
                new CheckResult("what was stored before a restart is there after it", 0, 0, null),
            ]),
    };

    /// <summary>A search for the highest rate.</summary>
    public static RunReport Searched() => Open() with
    {
        FindMax = new FindMaxReport(
            "p99=10ms",
            9_600,
            [
                new FindMaxStep(1_000, 1_000, 0.001_12, 0, true, false),
                new FindMaxStep(2_000, 2_000, 0.001_24, 0, true, false),
                new FindMaxStep(4_000, 3_999.6, 0.001_61, 0, true, false),
                new FindMaxStep(8_000, 7_998.2, 0.004_3, 0, true, false),
                new FindMaxStep(16_000, 11_204.5, 1.92, 812, false, false),
                new FindMaxStep(12_000, 11_310, 0.41, 20, false, false),
                new FindMaxStep(10_000, 9_981, 0.0118, 0, false, false),
                new FindMaxStep(9_600, 9_597.9, 0.008_9, 0, true, false),
                new FindMaxStep(9_600, 9_598.4, 0.009_2, 0, true, true),
            ]),
    };

    /// <summary>A run that is slower than a saved one.</summary>
    public static RunReport Compared() => Open() with
    {
        Baseline = Baselines.Compare(
            Open(),
            Open() with
            {
                Summary = Open().Summary with { Rate = 2_000, SuccessShare = 1 },
                Latency = new SampleLatency(120_000, 0.000_18, 0.000_5, 0.46).ToReport(),
                Series = SampleSeries.Of(58, 2_030, 0.0004),
            },
            "main",
            0.05),
    };

    /// <summary>A run that ended before anything was sent.</summary>
    public static RunReport Empty() => Closed() with
    {
        Duration = 0,
        WarmUp = 0,
        Interrupted = true,
        Summary = new SummaryReport(0, 0, 0, 0, 0, new Dictionary<int, long>()),
        Latency = SampleLatency.None,
        Operations = SampleOperations.Nothing,
        Series = [],
    };

    /// <summary>A run against a target that does not listen.</summary>
    public static RunReport Silent() => Empty() with
    {
        Duration = 3,
        Summary = new SummaryReport(12, 0, 12, 0, 0, new Dictionary<int, long>()),
        Failures = [new FailureReport(FailureKind.ConnectionRefused, 12, "connect 127.0.0.1:9999: connection refused")],
        Series = SampleSeries.Silent(3),
    };

    /// <summary>A run whose every text tries to be something else: markup, a script, a terminal's commands.</summary>
    public static RunReport Hostile() => SampleContest.Fined() with
    {
        Environment = new EnvironmentReport(
            HostileText, HostileText, HostileText, HostileText, 2, HostileText, HostileText),
        Failures = [new FailureReport(FailureKind.Garbage, 1, HostileText)],
        Check = new CheckReport(1, 1, 1, [new CheckResult(HostileText, 1, 1, HostileText)]),
        FindMax = Searched().FindMax! with { Objective = HostileText },
        Contest = SampleContest.Fined().Contest! with
        {
            FailedChecks = [new FailedCheckReport(HostileText, HostileText, 1)],
        },
        Baseline = Compared().Baseline! with { Name = HostileText },
        Operations = [.. Open().Operations.Select(operation => operation with { Name = HostileText })],
    };

    /// <summary>What <see cref="Hostile"/> says everywhere.</summary>
    public const string HostileText =
        "</title></style><script>console.error('in')</script><img src=\"http://x/\" onerror=\"alert(1)\"> & ' "
        + "\u001b[2J\0 \u202e";
}
