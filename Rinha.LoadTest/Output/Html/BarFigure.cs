using Rinha.LoadTest.Output.Charts;

namespace Rinha.LoadTest.Output.Html;

/// <summary>A chart of bars with its heading and legend; as <see cref="ChartFigure"/> it is scaled.</summary>
internal static class BarFigure
{
    /// <summary>What is drawn in it and in no other chart.</summary>
    public const string Style = """
        .part { fill: currentColor; opacity: .85; }
        .turn { fill: var(--card); stroke: var(--ink); stroke-width: 1.25; }
        svg .bar-label { fill: var(--ink); font-size: 14px; font-weight: 600; text-anchor: middle; }
        .swatch.square { width: 10px; height: 10px; border: 0; border-radius: 2px; background: currentColor; }
        @media (max-width: 640px) { svg .bar-label { font-size: 21px; } }

        """;

    private const double Height = 330;
    private const double LeftMargin = 62;
    private const double RightMargin = 8;
    private const double TopMargin = 30;
    private const double BottomMargin = 52;
    private const double BarWidthMax = 84;
    private const double DotGap = 10;

    public static void Write(MarkupWriter page, BarChart chart)
    {
        page.Open("figure", ("class", "chart"), ("id", chart.Id)).Open("figcaption");
        page.Element("h3", chart.Title).Element("p", chart.Subtitle, ("class", "axes"));
        Legend(page, chart);
        page.Close();
        page.Open(
            "svg",
            ("viewBox", $"0 0 {Text(SvgDrawing.Width)} {Text(Height)}"),
            ("role", "img"),
            ("aria-labelledby", $"{chart.Id}-title {chart.Id}-desc"));
        page.Element("title", chart.Title, ("id", chart.Id + "-title"));
        page.Element("desc", chart.Description, ("id", chart.Id + "-desc"));
        Grid(page, chart);
        var slot = (SvgDrawing.Width - LeftMargin - RightMargin) / chart.Bars.Count;
        for (var index = 0; index < chart.Bars.Count; index++)
        {
            Bar(page, chart, chart.Bars[index], LeftMargin + (index + 0.5) * slot, slot);
        }

        page.Close().Close();
    }

    private static void Legend(MarkupWriter page, BarChart chart)
    {
        if (chart.Legend.Count == 0)
        {
            return;
        }

        page.Open("ul", ("class", "legend"));
        foreach (var (name, style) in chart.Legend)
        {
            page.Open("li")
                .Element("i", "", ("class", $"swatch square {style}"), ("aria-hidden", "true"))
                .Element("span", name).Close();
        }

        page.Close();
    }

    private static void Grid(MarkupWriter page, BarChart chart)
    {
        var right = Text(SvgDrawing.Width - RightMargin);
        foreach (var tick in chart.Y.Ticks)
        {
            var y = Text(Y(chart, tick.Value));
            page.Empty("line", ("class", "grid"), ("x1", Text(LeftMargin)), ("x2", right), ("y1", y), ("y2", y));
            page.Element("text", tick.Label, ("class", "y"), ("x", Text(LeftMargin - 8)), ("y", y));
        }
    }

    private static void Bar(MarkupWriter page, BarChart chart, ChartBar bar, double middle, double slot)
    {
        var width = Math.Min(slot * 0.6, BarWidthMax);
        var below = 0.0;
        foreach (var (value, style) in bar.Parts.Where(part => part.Value > 0))
        {
            var (bottom, top) = (Y(chart, below), Y(chart, below + value));
            page.Empty(
                "rect",
                ("class", $"part {style}"),
                ("x", Text(middle - width / 2)),
                ("y", Text(top)),
                ("width", Text(width)),
                ("height", Text(bottom - top)));
            below += value;
        }

        // Beside each other in the order of the turns, as equal ones would hide one another.
        var gap = Math.Min(DotGap, width / Math.Max(bar.Dots.Count, 1));
        for (var turn = 0; turn < bar.Dots.Count; turn++)
        {
            var x = middle + (turn - (bar.Dots.Count - 1) / 2.0) * gap;
            page.Empty(
                "circle", ("class", "turn"), ("cx", Text(x)), ("cy", Text(Y(chart, bar.Dots[turn]))), ("r", "3"));
        }

        var highest = bar.Dots.Append(bar.Height).Max();
        page.Element(
            "text", bar.Label, ("class", "bar-label"), ("x", Text(middle)), ("y", Text(Y(chart, highest) - 10)));
        Name(page, bar.Name, middle);
        page.Open(
                "rect",
                ("class", "hint"),
                ("x", Text(middle - slot / 2)),
                ("y", Text(TopMargin)),
                ("width", Text(slot)),
                ("height", Text(Height - TopMargin - BottomMargin)))
            .Element("title", bar.Hint).Close();
    }

    // The proxy above, what stands behind it below: one line of both would meet its neighbours.
    private static void Name(MarkupWriter page, string name, double middle)
    {
        var lines = name.Split('-', 2);
        for (var line = 0; line < lines.Length; line++)
        {
            page.Element(
                "text",
                lines[line],
                ("class", "x"),
                ("x", Text(middle)),
                ("y", Text(Height - BottomMargin + 20 * (line + 1))));
        }
    }

    private static double Y(BarChart chart, double value) =>
        Height - BottomMargin - chart.Y.Position(value) * (Height - TopMargin - BottomMargin);

    private static string Text(double length) => SvgDrawing.Text(length);
}
