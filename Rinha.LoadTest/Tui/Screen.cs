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

    /// <summary>The picture of a snapshot, for a screen of this width and height in characters.</summary>
    public static Drawing Compose(LiveSnapshot? snapshot, ViewState view, int width, int height)
    {
        if (snapshot is null)
        {
            return new Message(view.Ending ? " ending" : " starting");
        }

        var tableLines = Math.Max(
            1 + snapshot.Operations.Count,
            Math.Min(FailuresDrawing.KindCountMax, snapshot.Failures.Count));
        return new Stacked(ScreenPlan.Of(height, tableLines)
            .Select(band => (Compose(band.Band, snapshot, view, width), band.Rows)));
    }

    private static Drawing Compose(Band band, LiveSnapshot snapshot, ViewState view, int width) => band switch
    {
        Band.Header => new HeaderDrawing(snapshot, view),
        Band.Totals => Totals(snapshot, view, width),
        Band.Charts => AtMostTwo(
            width,
            new Framed("requests/s over time", TimeChart.OfRate(snapshot)),
            new Framed("latency", new HistogramDrawing(snapshot.Latency))),
        Band.LatencyCharts => AtMostTwo(
            width,
            new Framed("p50 and p99 over time", TimeChart.OfLatency(snapshot)),
            new Framed("percentiles", new PercentilesDrawing(snapshot.Latency))),
        Band.Tables => AtMostTwo(
            width,
            new Framed("operations", new OperationsDrawing(snapshot.Operations)),
            new Framed("failures", new FailuresDrawing(snapshot.Failures)),
            firstShare: 4,
            secondShare: 3),
        Band.Keys => new KeysDrawing(view),
        _ => new Message(""),
    };

    private static Beside Totals(LiveSnapshot snapshot, ViewState view, int width)
    {
        var window = WindowStats.OfLast(snapshot.Series, view.WindowSeconds);
        (Drawing, int)[] panels =
        [
            (new Framed("whole run", new TotalsDrawing(snapshot)), 1),
            (new Framed($"last {view.WindowSeconds} s", new TotalsDrawing(window)), 1),
            (new Framed("statuses", new StatusesDrawing(snapshot.Statuses)), 1),
        ];
        return new Beside(panels[..(width >= ThreePanelsWidthMin ? 3 : width >= TwoPanelsWidthMin ? 2 : 1)]);
    }

    private static Beside AtMostTwo(
        int width, Drawing first, Drawing second, int firstShare = 1, int secondShare = 1) =>
        width >= ThreePanelsWidthMin ? new Beside((first, firstShare), (second, secondShare)) : new Beside((first, 1));
}
