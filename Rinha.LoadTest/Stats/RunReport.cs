using System.Text.Json.Serialization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Stats;

/// <summary>
/// Everything a run found out: the reporters print it and nothing else, the JSON file is it (docs/load-report.md). A
/// new meaning of a field needs a new <see cref="Schema"/>; new fields do not. All durations are in seconds, all
/// shares between 0 and 1.
/// </summary>
public sealed record RunReport
{
    /// <summary>The version of this document's form.</summary>
    public const string CurrentSchema = "rinha-load/1";

    public required string Schema { get; init; }
    public required EnvironmentReport Environment { get; init; }

    /// <summary><c>closed</c>: each connection waits for its answer; <c>open</c>: requests leave on schedule.</summary>
    public required string Mode { get; init; }
    public required int Connections { get; init; }

    /// <summary>Requests per second asked for, in an open-loop run.</summary>
    public required double? TargetRate { get; init; }

    /// <summary>Debits, credits and statements in the mix, as weights.</summary>
    public required IReadOnlyList<int> Mix { get; init; }
    public required int Seed { get; init; }

    /// <summary>When the measured part began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long the measured part took.</summary>
    public required double Duration { get; init; }

    /// <summary>How long the unmeasured part before took.</summary>
    public required double WarmUp { get; init; }

    /// <summary>Whether it was ended early, by a signal or <c>q</c>.</summary>
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

/// <summary>What was run, with what, and where.</summary>
/// <param name="Command">The command line.</param>
/// <param name="Version">The load tester's version, with its commit where that is known.</param>
/// <param name="Target">The URL.</param>
/// <param name="Processor">The machine's processor.</param>
/// <param name="Cores">How many the load tester may use.</param>
/// <param name="System">Operating system and kernel.</param>
/// <param name="Limits">The stack's limits as the caller knows them (<c>--limits TEXT</c>).</param>
public sealed record EnvironmentReport(
    string Command, string Version, string Target, string Processor, int Cores, string System, string? Limits);

/// <summary>A run in one line.</summary>
/// <param name="Requests">Requests begun: the completed and the failed.</param>
/// <param name="Completed">Answered as they should be (200, or 422 for a debit past the limit).</param>
/// <param name="Failed">All others.</param>
/// <param name="Rate">Completed requests per second.</param>
/// <param name="SuccessShare">Completed of all.</param>
/// <param name="Statuses">How many answers had which HTTP status, those that led to a retry left out.</param>
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
/// <param name="Name"><c>débito</c>, <c>crédito</c>, <c>extrato</c>, or the contest's name of the scenario.</param>
/// <param name="Completed">Requests answered as they should be.</param>
/// <param name="Failed">Requests that failed, whatever the kind.</param>
/// <param name="Rate">Completed requests per second of the run.</param>
/// <param name="Statuses">How many answers had which HTTP status.</param>
/// <param name="Latency">From the intended send time.</param>
/// <param name="UncorrectedLatency">From the actual send time; in an open-loop run only.</param>
public sealed record OperationReport(
    string Name,
    long Completed,
    long Failed,
    double Rate,
    IReadOnlyDictionary<int, long> Statuses,
    LatencyReport Latency,
    LatencyReport? UncorrectedLatency);

/// <summary>A latency distribution in numbers.</summary>
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

/// <summary>One second of a run, counted from 0.</summary>
/// <param name="Second">Seconds since the measured part began.</param>
/// <param name="Completed">Requests answered in this second.</param>
/// <param name="Failed">Requests that failed in this second.</param>
/// <param name="P50">Median latency; 0 when nothing was answered.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Max">Longest latency.</param>
/// <param name="P90">90th percentile; 0 also in reports that were saved before it was there.</param>
public sealed record SecondReport(
    int Second, long Completed, long Failed, double P50, double P99, double Max, double P90 = 0);

/// <summary>The contest's score of a run (RESULTADOS: payment = 100,000 less two kinds of fines, in USD).</summary>
/// <param name="OnTimeShare">The share of all requests that were right and took less than 250 ms, rounded as the
/// contest does.</param>
/// <param name="LateFine">1,000 for each percentage point under 98.</param>
/// <param name="Inconsistencies">How many balance checks failed.</param>
/// <param name="InconsistencyFine">803.01 for each.</param>
/// <param name="Payment">What is left, at least 0.</param>
/// <param name="FailedChecks">Every check that failed, with its request's scenario, most frequent first.</param>
public sealed record ContestReport(
    double OnTimeShare,
    double LateFine,
    long Inconsistencies,
    double InconsistencyFine,
    double Payment,
    IReadOnlyList<FailedCheckReport> FailedChecks);

/// <summary>A check that failed, in the words of the contest's log.</summary>
public sealed record FailedCheckReport(string Scenario, string Message, long Count);

/// <summary>What the correctness checks found.</summary>
/// <param name="Acknowledged">Transactions answered 200.</param>
/// <param name="Refused">Transactions answered 422.</param>
/// <param name="Unknown">Transactions without an answer: they may or may not have been applied.</param>
/// <param name="Checks">Each check by name, with how often it was made and what it found wrong.</param>
public sealed record CheckReport(long Acknowledged, long Refused, long Unknown, IReadOnlyList<CheckResult> Checks)
{
    /// <summary>Transactions answered 503, hence not applied.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Unavailable { get; init; }
}

/// <summary>One correctness check.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Made">How often it was looked at.</param>
/// <param name="Violations">How often it did not hold.</param>
/// <param name="Example">The first violation in words.</param>
public sealed record CheckResult(string Name, long Made, long Violations, string? Example);

/// <summary>The search for the highest rate that keeps a latency target.</summary>
/// <param name="Objective">The target as given, <c>p99=10ms</c>.</param>
/// <param name="Rate">The highest confirmed rate in requests per second; 0 when none kept it.</param>
/// <param name="Steps">Every rate tried, in order.</param>
public sealed record FindMaxReport(string Objective, double Rate, IReadOnlyList<FindMaxStep> Steps);

/// <summary>One rate tried.</summary>
/// <param name="Rate">Requests per second asked for.</param>
/// <param name="Achieved">Completed requests per second.</param>
/// <param name="Latency">The corrected latency at the target's percentile.</param>
/// <param name="Met">Whether the target was kept.</param>
/// <param name="Confirmation">Whether this was the second look at a rate that had kept it.</param>
public sealed record FindMaxStep(
    double Rate, double Achieved, double Latency, long Failed, bool Met, bool Confirmation);

/// <summary>A run beside a saved one.</summary>
/// <param name="Name">The saved run's name.</param>
/// <param name="NoiseThreshold">What share of change counts as noise.</param>
/// <param name="Regressed">Whether any metric that counts is worse by more than noise.</param>
/// <param name="Series">The saved run's seconds, to be drawn behind this one's.</param>
/// <param name="Distribution">The saved run's latency distribution.</param>
public sealed record BaselineReport(
    string Name,
    double NoiseThreshold,
    IReadOnlyList<BaselineComparison> Comparisons,
    bool Regressed,
    IReadOnlyList<SecondReport> Series,
    IReadOnlyList<DistributionPoint> Distribution);

/// <summary>One metric now and then.</summary>
/// <param name="Metric"><c>rate</c>, <c>p50</c>, <c>p99</c> …</param>
/// <param name="Before">The saved run's value.</param>
/// <param name="Now">This run's value.</param>
/// <param name="Ratio">Now divided by before.</param>
/// <param name="Verdict"><c>better</c>, <c>worse</c> or <c>same</c> (within noise).</param>
public sealed record BaselineComparison(string Metric, double Before, double Now, double Ratio, string Verdict);
