namespace Rinha.LoadTest.Journey;

/// <summary>What the turns of a stage under one load come to.</summary>
public sealed record LoadMedians
{
    /// <summary>How many turns there were.</summary>
    public required int Turns { get; init; }

    /// <summary>Requests of all turns.</summary>
    public required long Requests { get; init; }

    /// <summary>Of those the ones that were not answered as they should be.</summary>
    public required long Failed { get; init; }

    /// <summary>Completed requests per second: the median of the turns, as is what follows.</summary>
    public required double Rate { get; init; }

    /// <summary>In seconds, as all latencies.</summary>
    public required double P50 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }

    /// <summary>CPU time per request in microseconds, by the process's name.</summary>
    public required IReadOnlyDictionary<string, double> CpuUs { get; init; }

    /// <summary>Periods of 100 ms with the quota used up, by the process's name.</summary>
    public required IReadOnlyDictionary<string, double> ThrottledPeriods { get; init; }

    /// <summary>The lowest share of requests that were right and in time, of the simulation.</summary>
    public required double? OnTimeShare { get; init; }

    /// <summary>The lowest payment in USD, of the simulation.</summary>
    public required double? Payment { get; init; }

    /// <summary>Makes them.</summary>
    /// <param name="turns">At least one, of one stage and one load.</param>
    public static LoadMedians Of(IReadOnlyList<TurnReport> turns) => new()
    {
        Turns = turns.Count,
        Requests = turns.Sum(turn => turn.Report.Summary.Requests),
        Failed = turns.Sum(turn => turn.Report.Summary.Failed),
        Rate = Median(turns.Select(turn => turn.Report.Summary.Rate)),
        P50 = Median(turns.Select(turn => turn.Report.Latency.P50)),
        P99 = Median(turns.Select(turn => turn.Report.Latency.P99)),
        P999 = Median(turns.Select(turn => turn.Report.Latency.P999)),
        Max = Median(turns.Select(turn => turn.Report.Latency.Max)),
        CpuUs = ByName(turns, (part, turn) =>
            turn.Report.Summary.Requests > 0 ? part.CpuUs / (double)turn.Report.Summary.Requests : 0),
        ThrottledPeriods = ByName(turns, (part, _) => part.ThrottledPeriods),
        OnTimeShare = turns.Min(turn => turn.Report.Contest?.OnTimeShare),
        Payment = turns.Min(turn => turn.Report.Contest?.Payment),
    };

    private static Dictionary<string, double> ByName(
        IReadOnlyList<TurnReport> turns, Func<ComponentTurn, TurnReport, double> figure) =>
        turns.SelectMany(turn => turn.Components, (turn, part) => (part.Name, Figure: figure(part, turn)))
            .GroupBy(one => one.Name, one => one.Figure)
            .ToDictionary(figures => figures.Key, Median);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
