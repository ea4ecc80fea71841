using System.Xml.Linq;
using static Rinha.LoadTest.Output.ChartDrawing;
using static Rinha.LoadTest.Output.Markup;

namespace Rinha.LoadTest.Output;

// Draws a report's head and charts as one SVG picture, for a page that can show pictures and nothing else: Markdown.
// It needs nothing but itself, and follows the reader's preference for light or dark.
internal static class SvgReport
{
    private const string Declaration = """<?xml version="1.0" encoding="UTF-8"?>""";
    private const string RootElement = "<svg";

    // In the drawing's units, and shown larger: as wide as a page of Markdown is.
    private const double Margin = 24;
    private const double Scale = 1.25;
    private const double FigureLetterWidth = 12.6;
    private const double LineHeight = 21;
    private const double CardHeight = 56;

    // Writes a report; the writer's encoding is UTF-8.
    public static void Write(Report report, TextWriter writer)
    {
        var y = Margin;
        var parts = new List<XElement> { Part("header", y, Head(report, out var headHeight)) };
        y += headHeight;
        foreach (var chart in report.Charts)
        {
            var drawing = new ChartDrawing(chart);
            var rule = Element("path", "rule", Is("d", $"M0 -10H{Number(Width)}"));
            y += 10;
            parts.Add(Part(chart.Id, y, [rule, .. drawing.Elements]));
            y += drawing.Height;
        }

        var (width, height) = (Width + 2 * Margin, y + Margin);
        var descriptions = report.Charts.Select(chart => $"{chart.Title}: {chart.Description}");
        var picture = Element(
            "svg",
            "",
            Is("width", Number(width * Scale)),
            Is("height", Number(height * Scale)),
            Is("viewBox", $"0 0 {Number(width)} {Number(height)}"),
            Is("role", "img"),
            Is("aria-labelledby", "title desc"),
            Element("title", "", Is("id", "title"), report.Title),
            Element("desc", "", Is("id", "desc"), string.Join(' ', descriptions)),
            new XElement("style", StyleSheet.Palette, StyleSheet.Drawing, StyleSheet.Picture),
            // White for the viewers that do not know the style sheet's variables: their letters are black.
            Element(
                "rect",
                "card",
                Is("fill", "#fff"),
                Is("width", Number(width)),
                Is("height", Number(height)),
                Is("rx", "12")),
            parts).ToString();
        // A namespace in the model would be declared again in every element.
        var rest = picture[RootElement.Length..];
        writer.Write($"{Declaration}\n{RootElement} xmlns=\"http://www.w3.org/2000/svg\"{rest}\n");
    }

    private static XElement Part(string id, double top, IEnumerable<XElement> elements) => Element(
        "g", "", Is("id", id), Is("transform", $"translate({Number(Margin)} {Number(top)})"), elements);

    private static List<XElement> Head(Report report, out double height)
    {
        var y = 18.0;
        var elements = new List<XElement> { Text("title", report.Title, 0, y) };
        y += 4;
        foreach (var line in Format.Flow(report.Details, " · ", LineCharsMax))
        {
            y += LineHeight;
            elements.Add(Text("words", line, 0, y));
        }

        y += 30;
        var word = report.Verdict.Word.ToUpperInvariant();
        elements.Add(Element(
            "text",
            "words sentence",
            Is("y", Number(y)),
            Element("tspan", "verdict " + ClassOf(report.Verdict.Tone), word),
            Element("tspan", "", Is("dx", "6"), Format.OneLine(report.Verdict.Sentence, LineCharsMax - word.Length))));
        y += 40;
        var widths = report.Cards.Select(card =>
            Math.Max(card.Figure.Length * FigureLetterWidth, card.Name.Length * LetterWidth));
        var places = Places(widths, gap: Margin);
        foreach (var (card, (left, row)) in report.Cards.Zip(places))
        {
            elements.Add(Text("figure", card.Figure, left, y + row * CardHeight));
            elements.Add(Text("words", card.Name, left, y + row * CardHeight + 20));
        }

        height = y + places[^1].Row * CardHeight + 44;
        return elements;
    }
}
