namespace Rinha.LoadTest.Tui;

/// <summary>Shares a screen's rows out among the bands.</summary>
internal static class ScreenPlan
{
    /// <summary>A panel's borders above and below.</summary>
    public const int BorderRows = 2;

    private const int TablesRowsMax = 12;
    private const int LatencyChartsRowsMin = 10;

    /// <summary>
    /// The bands that fit, from top to bottom, with their rows, which add up to <paramref name="height"/>. What matters
    /// most comes first; what is left in the end makes the charts higher.
    /// </summary>
    /// <param name="height">The screen's rows.</param>
    /// <param name="tableLines">How many lines the longest table has.</param>
    public static IReadOnlyList<(Band Band, int Rows)> Of(int height, int tableLines)
    {
        // Each step wants a band to have so many rows: a new band all of them, one that is there already what there is.
        (Band Band, int Rows)[] steps =
        [
            (Band.Header, Math.Min(2, height)),
            (Band.Keys, 1),
            (Band.Totals, BorderRows + 3),
            (Band.Charts, BorderRows + 4),
            (Band.Tables, BorderRows + 3),
            (Band.Totals, BorderRows + 6),
            (Band.Charts, BorderRows + 5),
            (Band.Tables, Math.Clamp(BorderRows + tableLines, BorderRows + 3, TablesRowsMax)),
            (Band.LatencyCharts, LatencyChartsRowsMin),
        ];
        var rows = new SortedDictionary<Band, int>();
        var left = height;
        foreach (var (band, wanted) in steps)
        {
            var has = rows.GetValueOrDefault(band);
            if (has > 0 || wanted <= left)
            {
                rows[band] = has + Math.Min(wanted - has, left);
                left = height - rows.Values.Sum();
            }
        }

        ShareRest(rows, left);
        return [.. rows.Where(band => band.Value > 0).Select(band => (band.Key, band.Value))];
    }

    private static void ShareRest(SortedDictionary<Band, int> rows, int left)
    {
        if (rows.TryGetValue(Band.LatencyCharts, out var latency))
        {
            var both = rows[Band.Charts] + latency + left;
            rows[Band.LatencyCharts] = Math.Max(latency, both / 2);
            rows[Band.Charts] = both - rows[Band.LatencyCharts];
        }
        else if (rows.ContainsKey(Band.Charts))
        {
            rows[Band.Charts] += left;
        }
        else
        {
            rows[Band.Nothing] = left;
        }
    }
}
