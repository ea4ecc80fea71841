namespace Rinha.LoadTest.Stats;

/// <summary>
/// Everything a run found out: the reporters print it and nothing else, the JSON file is it (docs/load-report.md). A
/// new meaning of a field needs a new <see cref="Schema"/>; new fields do not. All durations are in seconds.
/// </summary>
public sealed record RunReport
{
    /// <summary>The version of this document's form.</summary>
    public const string CurrentSchema = "rinha-load/1";

    public required string Schema { get; init; }

    /// <summary>What was asked for and where it ran.</summary>
    public required EnvironmentReport Environment { get; init; }

    /// <summary><c>closed</c>: each connection waits for its answer; <c>open</c>: requests leave on schedule.</summary>
    public required string Mode { get; init; }

    public required int Connections { get; init; }

    /// <summary>Requests per second asked for, in an open-loop run.</summary>
    public required double? TargetRate { get; init; }

    /// <summary>Debits, credits and statements in the mix, as weights.</summary>
    public required IReadOnlyList<int> Mix { get; init; }

    /// <summary>The seed of the request sequence.</summary>
    public required int Seed { get; init; }

    /// <summary>When the measured part began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long the measured part took.</summary>
    public required double Duration { get; init; }

    /// <summary>How long the unmeasured part before took.</summary>
    public required double WarmUp { get; init; }

    /// <summary>Whether it was ended early, by Ctrl-C or <c>q</c>.</summary>
    public required bool Interrupted { get; init; }

    public required SummaryReport Summary { get; init; }

    /// <summary>All operations together, from the intended send time.</summary>
    public required LatencyReport Latency { get; init; }

    /// <summary>The same from the actual send time; in an open-loop run only.</summary>
    public required LatencyReport? UncorrectedLatency { get; init; }

    /// <summary>How late requests left, against their schedule; in an open-loop run only.</summary>
    public required LatencyReport? SendDelay { get; init; }

    public required IReadOnlyList<OperationReport> Operations { get; init; }

    /// <summary>The failures by kind, most frequent first.</summary>
    public required IReadOnlyList<FailureReport> Failures { get; init; }

    public required IReadOnlyList<SecondReport> Series { get; init; }

    /// <summary>The contest's judgement, in a contest run.</summary>
    public ContestReport? Contest { get; init; }

    /// <summary>What the checks and the oracle found, in a run with checks.</summary>
    public CheckReport? Check { get; init; }

    /// <summary>The search for the highest rate, in such a run.</summary>
    public FindMaxReport? FindMax { get; init; }

    /// <summary>The comparison with a saved run, when one was asked for.</summary>
    public BaselineReport? Baseline { get; init; }
}
