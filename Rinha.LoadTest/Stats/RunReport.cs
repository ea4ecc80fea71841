using System.Text.Json.Serialization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Stats;

// A run's results: the only input of all reports, and the JSON document itself. docs/load-report.md describes each
// field. Adding a field keeps the Schema; changing a meaning needs a new one. Durations are seconds, shares are 0 to 1.
public sealed record RunReport
{
    public const string CurrentSchema = "rinha-load/2";

    // Named the operations in Portuguese.
    public const string EarlierSchema = "rinha-load/1";

    public required string Schema { get; init; }
    public required EnvironmentReport Environment { get; init; }
    public required string Mode { get; init; }
    public required int Connections { get; init; }
    public required double? TargetRate { get; init; }
    public required IReadOnlyList<int> Mix { get; init; }
    public required int Seed { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required double Duration { get; init; }
    public required double WarmUp { get; init; }
    public required bool Interrupted { get; init; }
    public required SummaryReport Summary { get; init; }

    // All operations, from the intended send time.
    public required LatencyReport Latency { get; init; }

    // From the actual send time; open-loop runs only.
    public required LatencyReport? UncorrectedLatency { get; init; }

    // How late requests were sent; open-loop runs only.
    public required LatencyReport? SendDelay { get; init; }
    public required IReadOnlyList<OperationReport> Operations { get; init; }
    public required IReadOnlyList<FailureReport> Failures { get; init; }
    public required IReadOnlyList<SecondReport> Series { get; init; }
    public ContestReport? Contest { get; init; }
    public CheckReport? Check { get; init; }
    public FindMaxReport? FindMax { get; init; }
    public BaselineReport? Baseline { get; init; }
    public IReadOnlyList<ThresholdReport>? Thresholds { get; init; }
    public VerdictReport? Verdict { get; init; }
}

public sealed record EnvironmentReport(
    string Command, string Version, string Target, string Processor, int Cores, string System, string? Limits);

public sealed record SummaryReport(
    long Requests,
    long Completed,
    long Failed,
    double Rate,
    double SuccessShare,
    IReadOnlyDictionary<int, long> Statuses)
{
    // Null if retries were disabled.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Retries { get; init; }
}

// One operation of a load, or one scenario of a contest.
public sealed record OperationReport(
    string Name,
    long Completed,
    long Failed,
    double Rate,
    IReadOnlyDictionary<int, long> Statuses,
    LatencyReport Latency,
    LatencyReport? UncorrectedLatency);

public sealed record LatencyReport
{
    // The figures that tables, objectives and thresholds name.
    public static IReadOnlyList<(string Name, Func<LatencyReport, double> Of)> Figures { get; } =
    [
        ("mean", latency => latency.Mean),
        ("p50", latency => latency.P50),
        ("p75", latency => latency.P75),
        ("p90", latency => latency.P90),
        ("p95", latency => latency.P95),
        ("p99", latency => latency.P99),
        ("p99.9", latency => latency.P999),
        ("p99.99", latency => latency.P9999),
        ("max", latency => latency.Max),
    ];

    public required long Count { get; init; }
    public required double Mean { get; init; }
    public required double StandardDeviation { get; init; }
    public required double Min { get; init; }
    public required double P50 { get; init; }
    public required double P75 { get; init; }
    public required double P90 { get; init; }
    public required double P95 { get; init; }
    public required double P99 { get; init; }
    public required double P999 { get; init; }
    public required double P9999 { get; init; }
    public required double Max { get; init; }
    public required IReadOnlyList<DistributionPoint> Distribution { get; init; }
    public required IReadOnlyList<HistogramBar> Histogram { get; init; }

    public static Func<LatencyReport, double>? Figure(string name) =>
        Figures.FirstOrDefault(figure => figure.Name == name).Of;
}

// A step of the cumulative distribution: this share of requests took at most this long.
public sealed record DistributionPoint(double Share, double Seconds);

// Requests that took longer than the previous bar's bound and at most this one's.
public sealed record HistogramBar(double UpToSeconds, long Count);

// Example: the first failure of the kind.
public sealed record FailureReport(FailureKind Kind, long Count, string Example);

// P90 is 0 in reports saved before it was recorded.
public sealed record SecondReport(
    int Second, long Completed, long Failed, double P50, double P99, double Max, double P90 = 0);

// The contest's score (RESULTADOS): USD 100,000 minus two kinds of fines.
public sealed record ContestReport(
    double OnTimeShare,
    double LateFine,
    long Inconsistencies,
    double InconsistencyFine,
    double Payment,
    IReadOnlyList<FailedCheckReport> FailedChecks);

// Message: worded as in the contest's log.
public sealed record FailedCheckReport(string Scenario, string Message, long Count);

public sealed record CheckReport(long Acknowledged, long Refused, long Unknown, IReadOnlyList<CheckResult> Checks)
{
    // Answered 503, so not applied.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Unavailable { get; init; }
}

public sealed record CheckResult(string Name, long Made, long Violations, string? Example);

// Rate: the highest confirmed rate that meets the objective; 0 if none does.
public sealed record FindMaxReport(string Objective, double Rate, IReadOnlyList<FindMaxStep> Steps);

public sealed record FindMaxStep(
    double Rate, double Achieved, double Latency, long Failed, bool Met, bool Confirmation);

// NoiseThreshold: as given; null if the runs' spread decides. FailsRun: whether a regression fails the run.
public sealed record BaselineReport(
    string Name,
    double? NoiseThreshold,
    IReadOnlyList<BaselineComparison> Comparisons,
    bool Regressed,
    IReadOnlyList<SecondReport> Series,
    IReadOnlyList<DistributionPoint> Distribution,
    bool FailsRun = false);

// Noise: changes up to this share are noise; null if the runs do not show it.
public sealed record BaselineComparison(
    string Metric, double Before, double Now, double Ratio, string Verdict, double? Noise = null);

public enum ThresholdUnit
{
    Seconds,
    PerSecond,
    Share,
    Count,
}

// Value: null if nothing was measured.
public sealed record ThresholdReport(string Expression, ThresholdUnit Unit, double? Value, bool Passed)
{
    public const string NoFailure = "failed > 0";
}

// Passed: whether the exit status is 0. Sentence: the worst finding.
public sealed record VerdictReport(bool Passed, string Sentence);
