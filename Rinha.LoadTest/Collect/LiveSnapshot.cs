using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Collect;

/// <summary>A running test at one moment, made by the engine for whoever shows it; never changed after.</summary>
public sealed record LiveSnapshot
{
    /// <summary>
    /// What the run is doing: <c>warm-up</c>, <c>running</c>, <c>paused</c>, or a contest's scenario.
    /// </summary>
    public required string Phase { get; init; }

    /// <summary>Seconds since the phase's run began.</summary>
    public required double Elapsed { get; init; }

    /// <summary>Seconds the run will take, when that is known.</summary>
    public required double? Duration { get; init; }

    /// <summary>Requests the run will make, when that is known instead.</summary>
    public required long? Iterations { get; init; }

    public required long Completed { get; init; }

    public required long Failed { get; init; }

    /// <summary>Requests under way.</summary>
    public required int InFlight { get; init; }

    /// <summary>How many answers had which HTTP status.</summary>
    public required IReadOnlyDictionary<int, long> Statuses { get; init; }

    /// <summary>The failures by kind, most frequent first.</summary>
    public required IReadOnlyList<FailureReport> Failures { get; init; }

    /// <summary>The whole run's latency so far.</summary>
    public required LatencyReport Latency { get; init; }

    /// <summary>Per operation: name, completed, failed, rate, latency.</summary>
    public required IReadOnlyList<OperationReport> Operations { get; init; }

    /// <summary>The finished seconds, oldest first; a viewer's window is the newest of them.</summary>
    public required IReadOnlyList<SecondReport> Series { get; init; }
}
