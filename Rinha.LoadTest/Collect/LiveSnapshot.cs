using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Collect;

/// <summary>A running test at one moment, made by the engine for the viewer; never changed after.</summary>
public sealed record LiveSnapshot
{
    /// <summary>
    /// What the run is doing: <c>warm-up</c>, <c>running</c>, <c>paused</c>, or a contest's scenario.
    /// </summary>
    public required string Phase { get; init; }

    /// <summary>Seconds since the phase's run began.</summary>
    public required double Elapsed { get; init; }
    public required double? Duration { get; init; }

    /// <summary>Requests the run will make, when that is known instead.</summary>
    public required long? Iterations { get; init; }
    public required long Completed { get; init; }
    public required long Failed { get; init; }
    public required int InFlight { get; init; }
    public required IReadOnlyDictionary<int, long> Statuses { get; init; }
    public required IReadOnlyList<FailureReport> Failures { get; init; }
    public required LatencyReport Latency { get; init; }
    public required IReadOnlyList<OperationReport> Operations { get; init; }

    /// <summary>The finished seconds, oldest first; a viewer's window is the newest of them.</summary>
    public required IReadOnlyList<SecondReport> Series { get; init; }
}

// How far a run has come.
internal static class RunProgress
{
    // The requests that are over, well or not.
    public static long Done(LiveSnapshot snapshot) => snapshot.Completed + snapshot.Failed;

    // The share of the run that is over, 0 to 1; null when its end is not known.
    public static double? Share(LiveSnapshot snapshot) => snapshot switch
    {
        { Duration: > 0 and { } duration } => Math.Clamp(snapshot.Elapsed / duration, 0, 1),
        { Iterations: > 0 and { } iterations } => Math.Clamp((double)Done(snapshot) / iterations, 0, 1),
        _ => null,
    };

    // The seconds to the end: known in a timed run, in a counted one guessed from the pace so far;
    // null when there is nothing to guess from.
    public static double? SecondsLeft(LiveSnapshot snapshot) => (snapshot.Duration, Share(snapshot)) switch
    {
        ({ } duration, _) => Math.Max(0, duration - snapshot.Elapsed),
        (_, > 0 and { } share) => snapshot.Elapsed / share * (1 - share),
        _ => null,
    };

    // A time given in seconds as minutes and seconds, with hours where it has any: 1:05.
    public static string Clock(double seconds)
    {
        // Half up, as a clock on the wall is read to the second; TimeSpan refuses what is not finite.
        var span = TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Round(Math.Max(0, seconds)) : 0);
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span:mm\\:ss}")
            : span.ToString(@"m\:ss", CultureInfo.InvariantCulture);
    }
}
