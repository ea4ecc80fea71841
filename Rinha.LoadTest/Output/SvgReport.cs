using static Rinha.LoadTest.Output.SvgDrawing;

namespace Rinha.LoadTest.Output;

/// <summary>
/// Draws a report's head and charts as one SVG picture, for a page that can show pictures and nothing else: Markdown.
/// It needs nothing but itself, and follows the reader's preference for light or dark.
/// </summary>
internal sealed class SvgReport
{
    // In the drawing's units, and shown larger: as wide as a page of Markdown is.
    private const double Margin = 24;
    private const double Scale = 1.25;

    // Flatter than on a page of its own: the picture is one part of another text.
    private const double Aspect = 2.75;

    // SVG does not break lines, and the reader's fonts are unknown: so widths are guessed. A letter takes that much of
    // a wide font at 13 units, or of a usual one at the 16 of a small picture.
    private const double LetterWidth = 8.3;
    private const double FigureLetterWidth = 12.6;
    private const int LineCharsMax = (int)(Width / LetterWidth);
    private const int LegendCharsMax = 40;

    private const double LineHeight = 21;
    private const double CardHeight = 56;
    private const double CardGap = 24;
    private const double LegendRow = 22;
    private const double SwatchWidth = 18;
    private const double SwatchGap = 7;
    private const double LegendGap = 18;

    private readonly MarkupWriter _page;
    private double _y = Margin;

    private SvgReport(MarkupWriter page) => _page = page;

    /// <summary>Writes a report; the writer's encoding is UTF-8.</summary>
    public static void Write(Report report, TextWriter writer)
    {
        var body = new StringWriter();
        var picture = new SvgReport(new MarkupWriter(body));
        picture.Head(report);
        foreach (var chart in report.Charts)
        {
            picture.Draw(chart with { Aspect = Aspect });
        }

        var (width, height) = (Width + 2 * Margin, picture._y + Margin);
        writer.Write("""<?xml version="1.0" encoding="UTF-8"?>""");
        var page = new MarkupWriter(writer);
        page.Open(
            "svg",
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", Number(width * Scale)),
            ("height", Number(height * Scale)),
            ("viewBox", $"0 0 {Number(width)} {Number(height)}"),
            ("role", "img"),
            ("aria-labelledby", "title desc"));
        page.Element("title", report.Title, ("id", "title"));
        var descriptions = report.Charts.Select(chart => $"{chart.Title}: {chart.Description}");
        page.Element("desc", string.Join(' ', descriptions), ("id", "desc"));
        page.Open("style")
            .Verbatim(StyleSheet.Palette).Verbatim(StyleSheet.Drawing).Verbatim(StyleSheet.Picture).Close();
        // White for the viewers that do not know the style sheet's variables: their letters are black.
        page.Empty(
            "rect",
            ("class", "card"),
            ("fill", "#fff"),
            ("x", "0.5"),
            ("y", "0.5"),
            ("width", Number(width - 1)),
            ("height", Number(height - 1)),
            ("rx", "12"));
        page.Verbatim(body.ToString()).Close();
        writer.Write('\n');
    }

    private void Head(Report report)
    {
        _page.Open("g", ("id", "header"));
        _y += 18;
        Text("title", report.Title, Margin, _y);
        _y += 4;
        foreach (var line in Format.Flow(report.Details, " · ", LineCharsMax))
        {
            _y += LineHeight;
            Text("words", line, Margin, _y);
        }

        _y += 30;
        var verdict = report.Verdict;
        _page.Open("text", ("class", "words sentence"), ("x", Number(Margin)), ("y", Number(_y)));
        var style = "verdict " + HtmlReport.ClassOf(verdict.Tone);
        _page.Element("tspan", verdict.Word.ToUpperInvariant(), ("class", style));
        var room = LineCharsMax - verdict.Word.Length - 2;
        _page.Element("tspan", Format.OneLine(verdict.Sentence, room), ("dx", "6")).Close();
        _y += 40;
        double[] widths = [.. report.Cards.Select(card =>
            Math.Max(card.Figure.Length * FigureLetterWidth, card.Name.Length * LetterWidth))];
        var places = Places(widths, CardGap);
        foreach (var ((figure, name, _), (left, row)) in report.Cards.Zip(places))
        {
            Text("figure", figure, Margin + left, _y + row * CardHeight);
            Text("words", name, Margin + left, _y + row * CardHeight + 20);
        }

        _y += places[^1].Row * CardHeight + 26;
        _page.Close();
    }

    private void Draw(Chart chart)
    {
        _page.Open("g", ("id", chart.Id));
        _page.Empty("path", ("class", "rule"), ("d", $"M{Number(Margin)} {Number(_y + 18)}h{Number(Width)}"));
        Text("heading", chart.Title, Margin, _y + 44);
        Text("words", Format.OneLine(chart.Subtitle, LineCharsMax), Margin, _y + 64);
        _y += 74;
        string[] names = [.. chart.Lines.Select(line => Format.OneLine(line.Name, LegendCharsMax))];
        double[] widths = [.. names.Select(name => SwatchWidth + SwatchGap + name.Length * LetterWidth)];
        var places = Places(widths, LegendGap);
        if (places[^1].Row > 0)
        {
            // Of several rows, another run's lines have their own.
            places = Places(widths, LegendGap, chart.Lines.TakeWhile(line => !line.Dashed).Count());
        }

        for (var at = 0; at < names.Length; at++)
        {
            Legend(chart.Lines[at], names[at], Margin + places[at].Left, _y + (places[at].Row + 0.5) * LegendRow);
        }

        _y += (places[^1].Row + 1) * LegendRow;
        _page.Open("g", ("transform", $"translate({Number(Margin)} {Number(_y)})"));
        new SvgDrawing(_page, chart).Draw();
        _page.Close().Close();
        _y += HeightOf(chart);
    }

    private void Legend(ChartLine line, string name, double left, double middle)
    {
        if (line.Dots)
        {
            _page.Empty(
                "circle",
                ("class", $"dot {ColorOf(line)}"),
                ("cx", Number(left + SwatchWidth / 2)),
                ("cy", Number(middle)),
                ("r", "4.5"));
        }
        else
        {
            _page.Empty(
                "path",
                ("class", $"swatch line {ColorOf(line)}{(line.Dashed ? " dashed" : "")}"),
                ("d", $"M{Number(left)} {Number(middle)}h{Number(SwatchWidth)}"));
        }

        Text("words legend", name, left + SwatchWidth + SwatchGap, middle);
    }

    private void Text(string style, string text, double left, double baseline) =>
        _page.Element("text", text, ("class", style), ("x", Number(left)), ("y", Number(baseline)));

    // Where things of these widths begin, and in which row; the one with the number breakAt begins a row in any case.
    private static List<(double Left, int Row)> Places(double[] widths, double gap, int breakAt = -1)
    {
        var places = new List<(double Left, int Row)>();
        var (left, row) = (0.0, 0);
        foreach (var width in widths)
        {
            if (left > 0 && (left + width > Width || places.Count == breakAt))
            {
                (left, row) = (0, row + 1);
            }

            places.Add((left, row));
            left += width + gap;
        }

        return places;
    }
}
