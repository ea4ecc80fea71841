using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;

namespace Rinha.LoadTest.Tui;

internal sealed class TuiViewer(ITerminal terminal) : IViewer
{
    public int SnapshotsPerSecond => LiveScreen.FramesPerSecond;

    public void Watch(RunControl control, Task run) => new LiveScreen(terminal).Show(
        control, run, (view, width, height) => Screen.Compose(control.Latest, view, width, height));
}

// Lays out a run's screen; small screens drop the less important panels.
internal static class Screen
{
    // Below these widths a band has one panel fewer; each panel keeps at least 21 columns of text.
    private const int TwoPanelsWidthMin = 50;
    private const int ThreePanelsWidthMin = 76;
    private const int LatencyChartRows = 10;

    public static Drawing Compose(LiveSnapshot? snapshot, ViewState view, int width, int height)
    {
        if (snapshot is null)
        {
            return Drawings.Message(view.Ending ? " ending" : " starting");
        }

        // The most important panels take their rows first: up to max, or none if fewer than min are left.
        var left = height;
        int Take(int min, int max)
        {
            var rows = left < min ? 0 : Math.Min(max, left);
            left -= rows;
            return rows;
        }

        var failureLines = Math.Min(Panels.FailureKindCountMax, snapshot.Failures.Count);
        var tableLines = Math.Clamp(Math.Max(1 + snapshot.Operations.Count, failureLines), 3, 10);
        var headerRows = Take(1, 2);
        var keysRows = Take(1, 1);
        var totalsRows = Take(Drawings.BorderRows + 3, Drawings.BorderRows + 6);
        var chartRows = Take(Drawings.BorderRows + 4, Drawings.BorderRows + 5);
        var tablesRows = Take(Drawings.BorderRows + 3, Drawings.BorderRows + tableLines);
        var latencyRows = Take(LatencyChartRows, Math.Max(LatencyChartRows, (chartRows + left) / 2));
        return Drawings.Stacked(
        [
            (Panels.Header(snapshot, view), headerRows),
            (Totals(snapshot, view, width), totalsRows),
            (AtMostTwo(
                width,
                Drawings.Framed("requests/s over time", TimeChart.OfRate(snapshot)),
                Drawings.Framed("latency", Panels.Histogram(snapshot.Latency))), chartRows > 0 ? chartRows + left : 0),
            (Drawings.Framed("p50 and p99 over time", TimeChart.OfLatency(snapshot)), latencyRows),
            (AtMostTwo(
                width,
                Drawings.Framed("operations", Panels.Operations(snapshot.Operations)),
                Drawings.Framed("failures", Panels.Failures(snapshot.Failures))), tablesRows),
            (Drawings.Message(""), chartRows > 0 ? 0 : left),
            (Panels.Keys(view), keysRows),
        ]);
    }

    private static Drawing AtMostTwo(int width, Drawing first, Drawing second) =>
        width >= ThreePanelsWidthMin ? Drawings.Beside(first, second) : first;

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
