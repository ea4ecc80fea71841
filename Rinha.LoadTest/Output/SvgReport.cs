using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Output.Html;
using Rinha.LoadTest.Output.Svg;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output;

/// <summary>
/// The charts of a report as one SVG picture, for a page that can show pictures and nothing else: Markdown. It needs
/// nothing but itself, and follows the reader's preference for light or dark.
/// </summary>
public static class SvgReport
{
    // In the drawing's units, and shown larger: as wide as a page of Markdown is.
    private const double Margin = 24;
    private const double Scale = 1.25;

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="writer">Where to, in UTF-8.</param>
    public static void Write(RunReport report, TextWriter writer)
    {
        var header = new HeaderPanel(report);
        var panels = Charts(report).Select(chart => new ChartPanel(chart)).ToArray();
        var width = SvgDrawing.Width + 2 * Margin;
        var height = header.Height + panels.Sum(panel => panel.Height) + 2 * Margin;
        writer.Write("""<?xml version="1.0" encoding="UTF-8"?>""");
        var page = new MarkupWriter(writer);
        page.Open(
            "svg",
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", SvgDrawing.Text(width * Scale)),
            ("height", SvgDrawing.Text(height * Scale)),
            ("viewBox", $"0 0 {SvgDrawing.Text(width)} {SvgDrawing.Text(height)}"),
            ("role", "img"),
            ("aria-labelledby", "title desc"));
        page.Element("title", header.Title, ("id", "title"));
        page.Element("desc", string.Join(' ', panels.Select(panel => panel.Description)), ("id", "desc"));
        page.Open("style")
            .Verbatim(StyleSheet.Palette).Verbatim(StyleSheet.Drawing).Verbatim(PictureStyle.Text).Close();
        // White for the viewers that do not know the style sheet's variables: their letters are black.
        page.Empty(
            "rect",
            ("class", "card"),
            ("fill", "#fff"),
            ("x", "0.5"),
            ("y", "0.5"),
            ("width", SvgDrawing.Text(width - 1)),
            ("height", SvgDrawing.Text(height - 1)),
            ("rx", "12"));
        var top = Margin;
        Place(page, top);
        header.Write(page);
        page.Close();
        top += header.Height;
        foreach (var panel in panels)
        {
            Place(page, top);
            panel.Write(page);
            page.Close();
            top += panel.Height;
        }

        page.Close();
        writer.Write('\n');
    }

    private static void Place(MarkupWriter page, double top) =>
        page.Open("g", ("transform", $"translate({SvgDrawing.Text(Margin)} {SvgDrawing.Text(top)})"));

    // In the order of the page.
    private static IEnumerable<LineChart> Charts(RunReport report)
    {
        if (report.FindMax is { } search)
        {
            yield return RunCharts.FindMax(search);
        }

        yield return RunCharts.Rate(report);
        yield return RunCharts.Latency(report);
        yield return RunCharts.Distribution(report);
    }
}
