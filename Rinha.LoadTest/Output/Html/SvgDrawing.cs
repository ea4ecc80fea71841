using System.Globalization;
using System.Text;
using Rinha.LoadTest.Output.Charts;

namespace Rinha.LoadTest.Output.Html;

/// <summary>
/// Draws what is inside the axes of a <see cref="LineChart"/>, and the axes, into the SVG element that is open. All
/// lengths are in the drawing's own units; the style sheet scales the letters back up where the drawing is small.
/// </summary>
internal sealed class SvgDrawing(MarkupWriter page, LineChart chart)
{
    /// <summary>The width of every drawing.</summary>
    public const double Width = 640;

    private const double LeftMargin = 62;
    private const double RightMargin = 18;
    private const double TopMargin = 12;
    private const double BottomMargin = 40;
    private readonly double _height = HeightOf(chart);

    /// <summary>The height of a chart's drawing.</summary>
    public static double HeightOf(LineChart chart) => Math.Round(Width / chart.Aspect);

    /// <summary>A length as SVG has it.</summary>
    public static string Text(double length) => length.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>Draws it.</summary>
    public void Draw()
    {
        Grid();
        if (chart.Lines.All(line => line.Points.All(point => double.IsNaN(point.Y))))
        {
            page.Element(
                "text",
                "Nothing was measured",
                ("class", "nothing"),
                ("x", Text((LeftMargin + Width - RightMargin) / 2)),
                ("y", Text(_height / 2)));
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
                    ("x", Text(from)),
                    ("y", Text(TopMargin)),
                    ("width", Text(Math.Max(to - from, 0.5))),
                    ("height", Text(_height - TopMargin - BottomMargin)))
                .Element("title", hint.Text).Close();
        }
    }

    private void Grid()
    {
        var right = Text(Width - RightMargin);
        foreach (var tick in chart.Y.Ticks)
        {
            var y = Text(Y(tick.Value));
            page.Empty("line", ("class", "grid"), ("x1", Text(LeftMargin)), ("x2", right), ("y1", y), ("y2", y));
            page.Element("text", tick.Label, ("class", "y"), ("x", Text(LeftMargin - 8)), ("y", y));
        }

        var below = Text(_height - BottomMargin);
        for (var index = 0; index < chart.X.Ticks.Count; index++)
        {
            var tick = chart.X.Ticks[index];
            var x = Text(X(tick.Value));
            // Large letters on a narrow screen leave room for every second mark of a long axis.
            var optional = !tick.Important || (chart.X.Ticks.Count > 6 && index % 2 == 1) ? " optional" : "";
            page.Empty(
                "line", ("class", "grid upright"), ("x1", x), ("x2", x), ("y1", Text(TopMargin)), ("y2", below));
            page.Element("text", tick.Label, ("class", "x" + optional), ("x", x), ("y", Text(_height - 12)));
        }
    }

    private void Line(ChartLine line)
    {
        foreach (var stretch in Stretches(line.Points))
        {
            // A line of one point would not be seen.
            if (line.Dots || stretch.Count == 1)
            {
                stretch.ForEach(point => Dot(point, line.Style));
                continue;
            }

            var path = PathOf(stretch);
            if (line.Filled)
            {
                var floor = Text(_height - BottomMargin);
                page.Empty(
                    "path",
                    ("class", $"area {line.Style}"),
                    ("d", $"{path}V{floor}H{Text(X(stretch[0].X))}Z"));
            }

            page.Empty("path", ("class", $"line {line.Style}{(line.Dashed ? " dashed" : "")}"), ("d", path));
        }
    }

    private void Dot(ChartPoint point, string style) => page.Empty(
        "circle", ("class", $"dot {style}"), ("cx", Text(X(point.X))), ("cy", Text(Y(point.Y))), ("r", "4.5"));

    private string PathOf(List<ChartPoint> points)
    {
        var path = new StringBuilder();
        foreach (var point in points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(Text(X(point.X))).Append(' ').Append(Text(Y(point.Y)));
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
