using System.Text.Json.Serialization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Stats;

/// <summary>
/// Everything a run found out: the reporters print it and nothing else, and the JSON file is it. What each field means
/// is in docs/load-report.md; a new meaning needs a new <see cref="Schema"/>, a new field does not. All durations are
/// in seconds, all shares between 0 and 1.
/// </summary>
public sealed record RunReport
{
    public const string CurrentSchema = "rinha-load/1";

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

    /// <summary>All operations together, from the intended send time.</summary>
    public required LatencyReport Latency { get; init; }

    /// <summary>The same from the actual send time; in an open-loop run only.</summary>
    public required LatencyReport? UncorrectedLatency { get; init; }

    /// <summary>How late requests left, against their schedule; in an open-loop run only.</summary>
    public required LatencyReport? SendDelay { get; init; }
    public required IReadOnlyList<OperationReport> Operations { get; init; }
    public required IReadOnlyList<FailureReport> Failures { get; init; }
    public required IReadOnlyList<SecondReport> Series { get; init; }
    public ContestReport? Contest { get; init; }
    public CheckReport? Check { get; init; }
    public FindMaxReport? FindMax { get; init; }
    public BaselineReport? Baseline { get; init; }
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
    /// <summary>How often requests were sent again; <see langword="null"/> where they are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Retries { get; init; }
}

/// <summary>One operation's, or one contest scenario's, share of a run.</summary>
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
}

/// <summary>One step of a cumulative distribution: this share of the requests took at most so long.</summary>
public sealed record DistributionPoint(double Share, double Seconds);

/// <summary>How many requests took longer than the previous bar's bound and at most this one's.</summary>
public sealed record HistogramBar(double UpToSeconds, long Count);

/// <summary>How often one kind of failure happened, with the first one as an example.</summary>
public sealed record FailureReport(FailureKind Kind, long Count, string Example);

/// <summary>One second of a run; its P90 is 0 in reports that were saved before it was there.</summary>
public sealed record SecondReport(
    int Second, long Completed, long Failed, double P50, double P99, double Max, double P90 = 0);

/// <summary>The contest's score of a run (RESULTADOS: payment = 100,000 less two kinds of fines, in USD).</summary>
public sealed record ContestReport(
    double OnTimeShare,
    double LateFine,
    long Inconsistencies,
    double InconsistencyFine,
    double Payment,
    IReadOnlyList<FailedCheckReport> FailedChecks);

/// <summary>A check that failed, in the words of the contest's log.</summary>
public sealed record FailedCheckReport(string Scenario, string Message, long Count);

public sealed record CheckReport(long Acknowledged, long Refused, long Unknown, IReadOnlyList<CheckResult> Checks)
{
    /// <summary>Transactions answered 503, hence not applied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Unavailable { get; init; }
}

public sealed record CheckResult(string Name, long Made, long Violations, string? Example);

/// <summary>The search for the highest rate that keeps a latency target.</summary>
public sealed record FindMaxReport(string Objective, double Rate, IReadOnlyList<FindMaxStep> Steps);

public sealed record FindMaxStep(
    double Rate, double Achieved, double Latency, long Failed, bool Met, bool Confirmation);

public sealed record BaselineReport(
    string Name,
    double NoiseThreshold,
    IReadOnlyList<BaselineComparison> Comparisons,
    bool Regressed,
    IReadOnlyList<SecondReport> Series,
    IReadOnlyList<DistributionPoint> Distribution);

public sealed record BaselineComparison(string Metric, double Before, double Now, double Ratio, string Verdict);
