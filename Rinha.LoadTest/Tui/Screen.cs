using Rinha.LoadTest.Collect;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// Composes the picture of a run: a function of what is shown and the room for it, without a terminal. On small screens
/// the panels that matter less are missing (see <see cref="ScreenPlan"/> for the rows).
/// </summary>
internal static class Screen
{
    // Below these widths a band has one panel less; each panel then has some 21 columns of text at least.
    private const int TwoPanelsWidthMin = 50;
    private const int ThreePanelsWidthMin = 76;

    public static Drawing Compose(LiveSnapshot? snapshot, ViewState view, int width, int height)
    {
        if (snapshot is null)
        {
            return Drawings.Message(view.Ending ? " ending" : " starting");
        }

        var tableLines = Math.Max(
            1 + snapshot.Operations.Count,
            Math.Min(Panels.FailureKindCountMax, snapshot.Failures.Count));
        return Drawings.Stacked(ScreenPlan.Of(height, tableLines)
            .Select(band => (Compose(band.Band, snapshot, view, width), band.Rows)));
    }

    private static Drawing Compose(Band band, LiveSnapshot snapshot, ViewState view, int width) => band switch
    {
        Band.Header => Panels.Header(snapshot, view),
        Band.Totals => Totals(snapshot, view, width),
        Band.Charts => AtMostTwo(
            width,
            Drawings.Framed("requests/s over time", TimeChart.OfRate(snapshot)),
            Drawings.Framed("latency", Panels.Histogram(snapshot.Latency))),
        Band.LatencyCharts => AtMostTwo(
            width,
            Drawings.Framed("p50 and p99 over time", TimeChart.OfLatency(snapshot)),
            Drawings.Framed("percentiles", Panels.Percentiles(snapshot.Latency))),
        Band.Tables => AtMostTwo(
            width,
            Drawings.Framed("operations", Panels.Operations(snapshot.Operations)),
            Drawings.Framed("failures", Panels.Failures(snapshot.Failures)),
            firstShare: 4,
            secondShare: 3),
        Band.Keys => Panels.Keys(view),
        _ => Drawings.Message(""),
    };

    private static Drawing Totals(LiveSnapshot snapshot, ViewState view, int width)
    {
        var window = WindowStats.OfLast(snapshot.Series, view.WindowSeconds);
        (Drawing, int)[] panels =
        [
            (Drawings.Framed("whole run", Panels.Totals(snapshot)), 1),
            (Drawings.Framed($"last {view.WindowSeconds} s", Panels.Totals(window)), 1),
            (Drawings.Framed("statuses", Panels.Statuses(snapshot.Statuses)), 1),
        ];
        return Drawings.Beside(panels[..(width >= ThreePanelsWidthMin ? 3 : width >= TwoPanelsWidthMin ? 2 : 1)]);
    }

    private static Drawing AtMostTwo(
        int width, Drawing first, Drawing second, int firstShare = 1, int secondShare = 1) => Drawings.Beside(
            width >= ThreePanelsWidthMin ? [(first, firstShare), (second, secondShare)] : [(first, firstShare)]);
}

/// <summary>The rows of panels, in their order from top to bottom.</summary>
internal enum Band
{
    Header,
    Totals,
    Charts,
    LatencyCharts,
    Tables,
    /// <summary>Room that nothing needs.</summary>
    Nothing,
    Keys,
}

/// <summary>Shares a screen's rows out among the bands.</summary>
internal static class ScreenPlan
{
    private const int TablesRowsMax = 12;
    private const int LatencyChartsRowsMin = 10;

    /// <summary>
    /// The bands that fit, from top to bottom, with their rows, which add up to <paramref name="height"/>. What matters
    /// most comes first; what is left in the end makes the charts higher.
    /// </summary>
    /// <param name="tableLines">How many lines the longest table has.</param>
    public static IReadOnlyList<(Band Band, int Rows)> Of(int height, int tableLines)
    {
        // Each step wants a band to have so many rows: a new band all of them, one that is there already what there is.
        (Band Band, int Rows)[] steps =
        [
            (Band.Header, Math.Min(2, height)),
            (Band.Keys, 1),
            (Band.Totals, Drawings.BorderRows + 3),
            (Band.Charts, Drawings.BorderRows + 4),
            (Band.Tables, Drawings.BorderRows + 3),
            (Band.Totals, Drawings.BorderRows + 6),
            (Band.Charts, Drawings.BorderRows + 5),
            (Band.Tables, Math.Clamp(Drawings.BorderRows + tableLines, Drawings.BorderRows + 3, TablesRowsMax)),
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

/// <summary>What the person in front of the screen has chosen to see, and how the run stands towards them.</summary>
internal sealed record ViewState
{
    private static readonly int[] s_windows = [1, 10, 30, 60, 300];

    private int _window = 1;

    /// <summary>How many of the newest seconds the second statistics cover.</summary>
    public int WindowSeconds => s_windows[_window];

    /// <summary>Whether the run starts no requests for the moment.</summary>
    public bool Paused { get; init; }

    public bool Ending { get; init; }

    public ViewState Widened() => this with { _window = Math.Min(_window + 1, s_windows.Length - 1) };

    public ViewState Narrowed() => this with { _window = Math.Max(_window - 1, 0) };
}
