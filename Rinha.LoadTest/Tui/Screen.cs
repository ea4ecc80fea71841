using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

internal sealed class TuiCollector(ITerminal terminal) : ICollector
{
    public int SnapshotsPerSecond => LiveScreen.FramesPerSecond;

    public void Watch(RunControl control, Task run) => new LiveScreen(terminal).Show(
        control, run, (view, width, height) => Screen.Compose(control.Latest, view, width, height));
}

// Composes the picture of a run: a function of what is shown and the room for it, without a terminal. On small screens
// the panels that matter less are missing (see ScreenPlan for the rows).
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

    private static Drawing Compose(Band band, LiveSnapshot snapshot, ViewState view, int width)
    {
        Drawing AtMostTwo(Drawing first, Drawing second) =>
            width >= ThreePanelsWidthMin ? Drawings.Beside(first, second) : first;

        return band switch
        {
            Band.Header => Panels.Header(snapshot, view),
            Band.Totals => Totals(snapshot, view, width),
            Band.Charts => AtMostTwo(
                Drawings.Framed("requests/s over time", TimeChart.OfRate(snapshot)),
                Drawings.Framed("latency", Panels.Histogram(snapshot.Latency))),
            Band.LatencyChart => Drawings.Framed("p50 and p99 over time", TimeChart.OfLatency(snapshot)),
            Band.Tables => AtMostTwo(
                Drawings.Framed("operations", Panels.Operations(snapshot.Operations)),
                Drawings.Framed("failures", Panels.Failures(snapshot.Failures))),
            Band.Keys => Panels.Keys(view),
            _ => Drawings.Message(""),
        };
    }

    private static Drawing Totals(LiveSnapshot snapshot, ViewState view, int width)
    {
        var (all, window) = (snapshot.Latency, WindowStats.OfLast(snapshot.Series, view.WindowSeconds));
        var (about, atMost) = window.Seconds > 1 ? ("≈ ", "≤ ") : ("", "");
        Drawing[] panels =
        [
            Drawings.Framed("whole run", Panels.Totals(
                snapshot.Completed,
                snapshot.Failed,
                snapshot.Elapsed > 0 ? snapshot.Completed / snapshot.Elapsed : 0,
                Format.Duration(all.P50),
                Format.Duration(all.P99),
                all.Max)),
            Drawings.Framed($"last {view.WindowSeconds} s", Panels.Totals(
                window.Completed,
                window.Failed,
                window.Rate,
                about + Format.Duration(window.P50),
                atMost + Format.Duration(window.P99),
                window.Max)),
            Drawings.Framed("statuses", Panels.Statuses(snapshot.Statuses)),
        ];
        return Drawings.Beside(panels[..(width >= ThreePanelsWidthMin ? 3 : width >= TwoPanelsWidthMin ? 2 : 1)]);
    }
}

// The rows of panels, in their order from top to bottom.
internal enum Band
{
    Header,
    Totals,
    Charts,
    LatencyChart,
    Tables,
    // Room that nothing needs.
    Nothing,
    Keys,
}

// Shares a screen's rows out among the bands.
internal static class ScreenPlan
{
    private const int TablesRowsMax = 12;
    private const int LatencyChartRows = 10;

    // The bands that fit, from top to bottom, with their rows, which add up to height. What matters
    // most comes first; what is left in the end makes the charts higher.
    public static IReadOnlyList<(Band Band, int Rows)> Of(int height, int tableLines)
    {
        const int TablesRowsMin = Drawings.BorderRows + 3;
        (Band Band, int Least, int Most)[] byImportance =
        [
            (Band.Header, 1, 2),
            (Band.Keys, 1, 1),
            (Band.Totals, Drawings.BorderRows + 3, Drawings.BorderRows + 6),
            (Band.Charts, Drawings.BorderRows + 4, Drawings.BorderRows + 5),
            (Band.Tables, TablesRowsMin, Math.Clamp(Drawings.BorderRows + tableLines, TablesRowsMin, TablesRowsMax)),
        ];
        var rows = new SortedDictionary<Band, int>();
        int Left() => height - rows.Values.Sum();

        foreach (var (band, least, _) in byImportance.Where(one => one.Least <= Left()))
        {
            rows[band] = least;
        }

        foreach (var (band, _, most) in byImportance.Where(one => rows.ContainsKey(one.Band)))
        {
            rows[band] = Math.Min(most, rows[band] + Left());
        }

        if (rows.TryGetValue(Band.Charts, out var charts) && Left() >= LatencyChartRows)
        {
            rows[Band.LatencyChart] = Math.Max(LatencyChartRows, (charts + Left()) / 2);
        }

        var rest = rows.ContainsKey(Band.Charts) ? Band.Charts : Band.Nothing;
        rows[rest] = rows.GetValueOrDefault(rest) + Left();
        return [.. rows.Where(band => band.Value > 0).Select(band => (band.Key, band.Value))];
    }
}

internal sealed record ViewState
{
    private static readonly int[] s_windows = [1, 10, 30, 60, 300];

    private int _window = 1;

    public int WindowSeconds => s_windows[_window];

    public bool Paused { get; init; }

    public bool Ending { get; init; }

    public ViewState Widened() => this with { _window = Math.Min(_window + 1, s_windows.Length - 1) };

    public ViewState Narrowed() => this with { _window = Math.Max(_window - 1, 0) };
}
