using Rinha.LoadTest.Output.Charts;

namespace Rinha.LoadTest.Output.Html;

/// <summary>A chart with its heading and legend; the style sheet scales the drawing to its column.</summary>
internal static class ChartFigure
{
    public static void Write(MarkupWriter page, LineChart chart)
    {
        page.Open("figure", ("class", "chart"), ("id", chart.Id)).Open("figcaption");
        page.Element("h3", chart.Title).Element("p", chart.Subtitle, ("class", "axes"));
        Legend(page, chart);
        page.Close();
        page.Open(
            "svg",
            ("viewBox", $"0 0 {SvgDrawing.Text(SvgDrawing.Width)} {SvgDrawing.Text(SvgDrawing.HeightOf(chart))}"),
            ("role", "img"),
            ("aria-labelledby", $"{chart.Id}-title {chart.Id}-desc"));
        page.Element("title", chart.Title, ("id", chart.Id + "-title"));
        page.Element("desc", chart.Description, ("id", chart.Id + "-desc"));
        var drawing = new SvgDrawing(page, chart);
        drawing.Draw();
        drawing.DrawHints();
        page.Close().Close();
    }

    private static void Legend(MarkupWriter page, LineChart chart)
    {
        page.Open("ul", ("class", "legend"));
        foreach (var line in chart.Lines)
        {
            page.Open("li")
                .Element("i", "", ("class", SwatchOf(line)), ("aria-hidden", "true"))
                .Element("span", line.Name).Close();
        }

        page.Close();
    }

    private static string SwatchOf(ChartLine line) =>
        $"swatch {line.Style}{(line.Dashed ? " dashed" : "")}{(line.Dots ? " round" : "")}";
}
