namespace Rinha.LoadTest.Output;

/// <summary>
/// Draws what is inside the axes of a <see cref="Chart"/>, and the axes, into the SVG element that is open. All
/// lengths are in the drawing's own units; the style sheet scales the letters back up where the drawing is small.
/// </summary>
internal sealed class SvgDrawing(MarkupWriter page, Chart chart)
{
    public const double Width = 640;

    private const double LeftMargin = 62;
    private const double RightMargin = 18;
    private const double TopMargin = 12;
    private const double BottomMargin = 40;
    private readonly double _height = HeightOf(chart);

    public static double HeightOf(Chart chart) => Math.Round(Width / chart.Aspect);

    /// <summary>A length as SVG and CSS have it.</summary>
    public static string Number(double length) => length.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>The style sheet's class that gives a line its colour.</summary>
    public static string ColorOf(ChartLine line) => "s-" + line.Color.ToString().ToLowerInvariant();

    public void Draw()
    {
        Grid();
        if (chart.Lines.All(line => line.Points.All(point => double.IsNaN(point.Y))))
        {
            page.Element(
                "text",
                "Nothing was measured",
                ("class", "nothing"),
                ("x", Number((LeftMargin + Width - RightMargin) / 2)),
                ("y", Number(_height / 2)));
        }

        // Another run's lines are behind this one's.
        foreach (var line in chart.Lines.OrderByDescending(line => line.Dashed))
        {
            Line(line);
        }
    }

    /// <summary>
    /// Adds what appears when one points at a place: browsers show a title as a tooltip, so it needs no script.
    /// </summary>
    public void DrawHints()
    {
        foreach (var hint in chart.Hints)
        {
            var (from, to) = (X(hint.From), X(hint.To));
            page.Open(
                    "rect",
                    ("class", "hint"),
                    ("x", Number(from)),
                    ("y", Number(TopMargin)),
                    ("width", Number(Math.Max(to - from, 0.5))),
                    ("height", Number(_height - TopMargin - BottomMargin)))
                .Element("title", hint.Text).Close();
        }
    }

    private void Grid()
    {
        var right = Number(Width - RightMargin);
        foreach (var tick in chart.Y.Ticks)
        {
            var y = Number(Y(tick.Value));
            page.Empty("line", ("class", "grid"), ("x1", Number(LeftMargin)), ("x2", right), ("y1", y), ("y2", y));
            page.Element("text", tick.Label, ("class", "y"), ("x", Number(LeftMargin - 8)), ("y", y));
        }

        var below = Number(_height - BottomMargin);
        for (var index = 0; index < chart.X.Ticks.Count; index++)
        {
            var tick = chart.X.Ticks[index];
            var x = Number(X(tick.Value));
            // Large letters on a narrow screen leave room for every second mark of a long axis.
            var optional = !tick.Important || (chart.X.Ticks.Count > 6 && index % 2 == 1) ? " optional" : "";
            page.Empty(
                "line", ("class", "grid upright"), ("x1", x), ("x2", x), ("y1", Number(TopMargin)), ("y2", below));
            page.Element("text", tick.Label, ("class", "x" + optional), ("x", x), ("y", Number(_height - 12)));
        }
    }

    private void Line(ChartLine line)
    {
        foreach (var stretch in Stretches(line.Points))
        {
            // A line of one point would not be seen.
            if (line.Dots || stretch.Count == 1)
            {
                stretch.ForEach(point => Dot(point, line));
                continue;
            }

            var path = PathOf(stretch);
            if (line.Filled)
            {
                var floor = Number(_height - BottomMargin);
                page.Empty(
                    "path",
                    ("class", $"area {ColorOf(line)}"),
                    ("d", $"{path}V{floor}H{Number(X(stretch[0].X))}Z"));
            }

            page.Empty("path", ("class", $"line {ColorOf(line)}{(line.Dashed ? " dashed" : "")}"), ("d", path));
        }
    }

    private void Dot(ChartPoint point, ChartLine line) => page.Empty(
        "circle",
        ("class", $"dot {ColorOf(line)}"),
        ("cx", Number(X(point.X))),
        ("cy", Number(Y(point.Y))),
        ("r", "4.5"));

    private string PathOf(List<ChartPoint> points)
    {
        var path = new StringBuilder();
        foreach (var point in points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(Number(X(point.X))).Append(' ').Append(Number(Y(point.Y)));
        }

        return path.ToString();
    }

    private static IEnumerable<List<ChartPoint>> Stretches(IReadOnlyList<ChartPoint> points)
    {
        var stretch = new List<ChartPoint>();
        foreach (var point in points)
        {
            if (!double.IsNaN(point.Y))
            {
                stretch.Add(point);
            }
            else if (stretch.Count > 0)
            {
                yield return stretch;
                stretch = [];
            }
        }

        if (stretch.Count > 0)
        {
            yield return stretch;
        }
    }

    private double X(double value) => LeftMargin + chart.X.Position(value) * (Width - LeftMargin - RightMargin);

    private double Y(double value) =>
        _height - BottomMargin - chart.Y.Position(value) * (_height - TopMargin - BottomMargin);
}
