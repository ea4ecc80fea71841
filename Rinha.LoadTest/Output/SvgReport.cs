using System.Xml.Linq;
using static Rinha.LoadTest.Output.ChartDrawing;
using static Rinha.LoadTest.Output.Markup;

namespace Rinha.LoadTest.Output;

// Renders a report's head and charts as one self-contained SVG, for pages that can only embed images, such as Markdown.
internal static class SvgReport
{
    private const string Declaration = """<?xml version="1.0" encoding="UTF-8"?>""";
    private const string RootElement = "<svg";

    // In drawing units; Scale enlarges the picture to the width of a Markdown page.
    private const double Margin = 24;
    private const double Scale = 1.25;
    private const double FigureLetterWidth = 12.6;
    private const double LineHeight = 21;
    private const double CardHeight = 56;

    public static void Write(Report report, TextWriter writer)
    {
        var y = Margin;
        var parts = new List<XElement> { Part("header", y, Head(report, out var headHeight)) };
        y += headHeight;
        foreach (var chart in report.Charts)
        {
            var drawing = new ChartDrawing(chart);
            var rule = Element("path", "rule", Attr("d", $"M0 -10H{Number(Width)}"));
            y += 10;
            parts.Add(Part(chart.Id, y, [rule, .. drawing.Elements]));
            y += drawing.Height;
        }

        var (width, height) = (Width + 2 * Margin, y + Margin);
        var descriptions = report.Charts.Select(chart => $"{chart.Title}: {chart.Description}");
        var picture = Element(
            "svg",
            "",
            Attr("width", Number(width * Scale)),
            Attr("height", Number(height * Scale)),
            Attr("viewBox", $"0 0 {Number(width)} {Number(height)}"),
            Attr("role", "img"),
            Attr("aria-labelledby", "title desc"),
            Element("title", "", Attr("id", "title"), report.Title),
            Element("desc", "", Attr("id", "desc"), string.Join(' ', descriptions)),
            new XElement("style", StyleSheet.Palette, StyleSheet.Drawing, StyleSheet.Picture),
            // White background for viewers without CSS variables: they draw text in black.
            Element(
                "rect",
                "card",
                Attr("fill", "#fff"),
                Attr("width", Number(width)),
                Attr("height", Number(height)),
                Attr("rx", "12")),
            parts).ToString();
        // Added as text: in the model every element would declare the namespace.
        var rest = picture[RootElement.Length..];
        writer.Write($"{Declaration}\n{RootElement} xmlns=\"http://www.w3.org/2000/svg\"{rest}\n");
    }

    private static XElement Part(string id, double top, IEnumerable<XElement> elements) => Element(
        "g", "", Attr("id", id), Attr("transform", $"translate({Number(Margin)} {Number(top)})"), elements);

    private static List<XElement> Head(Report report, out double height)
    {
        var y = 18.0;
        var elements = new List<XElement> { Text("title", report.Title, 0, y) };
        y += 4;
        foreach (var line in Format.Wrap(report.Details, " · ", LineCharsMax))
        {
            y += LineHeight;
            elements.Add(Text("words", line, 0, y));
        }

        y += 30;
        var word = report.Verdict.Word.ToUpperInvariant();
        elements.Add(Element(
            "text",
            "words sentence",
            Attr("y", Number(y)),
            Element("tspan", "verdict " + ClassOf(report.Verdict.Tone), word),
            Element(
                "tspan", "", Attr("dx", "6"), Format.OneLine(report.Verdict.Sentence, LineCharsMax - word.Length))));
        y += 40;
        var widths = report.Cards.Select(card =>
            Math.Max(card.Value.Length * FigureLetterWidth, card.Name.Length * LetterWidth));
        var places = Flow(widths, gap: Margin);
        foreach (var (card, (left, row)) in report.Cards.Zip(places))
        {
            elements.Add(Text("figure", card.Value, left, y + row * CardHeight));
            elements.Add(Text("words", card.Name, left, y + row * CardHeight + 20));
        }

        height = y + places[^1].Row * CardHeight + 44;
        return elements;
    }
}

// Lays out a chart with its title and legend as SVG elements. The style sheet enlarges text on small screens.
internal sealed class ChartDrawing
{
    public const double Width = 640;

    // An estimate, since SVG does not wrap and the reader's fonts are unknown: a wide font at 13 units.
    public const double LetterWidth = 8.3;
    public const int LineCharsMax = (int)(Width / LetterWidth);

    private const double LegendTop = 50;
    private const double LegendRow = 22;
    private const double LegendGap = 18;
    private const double SwatchWidth = 18;
    private const int LegendCharsMax = 40;

    private const double Left = 62;
    private const double Right = Width - 18;
    private const double PlotHeight = 190;

    private readonly Chart _chart;
    private readonly double _top;
    private readonly double _bottom;

    public ChartDrawing(Chart chart)
    {
        _chart = chart;
        string[] names = [.. chart.Lines.Select(line => Format.OneLine(line.Name, LegendCharsMax))];
        var places = Flow(names.Select(name => SwatchWidth + 7 + name.Length * LetterWidth), LegendGap);
        _top = LegendTop + (places.Select(place => place.Row).DefaultIfEmpty().Max() + 1) * LegendRow + 12;
        _bottom = _top + PlotHeight;
        Elements =
        [
            Text("heading", chart.Title, 0, 16),
            Text("words", Format.OneLine(chart.Subtitle, LineCharsMax), 0, 36),
            .. chart.Lines.Zip(names, places).Select(entry =>
                Legend(entry.First, entry.Second, entry.Third.Left, LegendTop + (entry.Third.Row + 0.5) * LegendRow)),
            Grid(),
            .. chart.Y.Ticks.Select(tick => Text("y", tick.Label, Left - 8, Y(tick.Value))),
            .. chart.X.Ticks.Select(tick => Text("x", tick.Label, X(tick.Value), _bottom + 28)),
            // The baseline's lines go behind this run's.
            .. chart.Lines.OrderByDescending(line => line.Dashed).SelectMany(Draw),
        ];
        if (chart.Lines.Count == 0)
        {
            Elements.Add(Text("nothing", "Nothing was measured", (Left + Right) / 2, (_top + _bottom) / 2));
        }
    }

    public List<XElement> Elements { get; }

    public double Height => _bottom + 40;

    public static string Number(double length) => length.ToString("0.#", CultureInfo.InvariantCulture);

    public static XElement Text(string style, string text, double left, double baseline) =>
        Markup.Element("text", style, text, Markup.Attr("x", Number(left)), Markup.Attr("y", Number(baseline)));

    public static List<(double Left, int Row)> Flow(IEnumerable<double> widths, double gap)
    {
        var places = new List<(double Left, int Row)>();
        var (left, row) = (0.0, 0);
        foreach (var width in widths)
        {
            if (left > 0 && left + width > Width)
            {
                (left, row) = (0, row + 1);
            }

            places.Add((left, row));
            left += width + gap;
        }

        return places;
    }

    private static XElement Legend(ChartLine line, string name, double left, double middle) => Markup.Element(
        "g",
        "",
        line.Dots
            ? Dot(line, left + SwatchWidth / 2, middle)
            : Path(StyleOf("line", line), $"M{Number(left)} {Number(middle)}h{Number(SwatchWidth)}"),
        Text("words legend", name, left + SwatchWidth + 7, middle));

    private XElement Grid()
    {
        var horizontal = _chart.Y.Ticks.Select(tick => $"M{Number(Left)} {Number(Y(tick.Value))}H{Number(Right)}");
        var vertical = _chart.X.Ticks.Select(tick => $"M{Number(X(tick.Value))} {Number(_top)}V{Number(_bottom)}");
        return Path("grid", string.Concat(horizontal.Concat(vertical)));
    }

    private IEnumerable<XElement> Draw(ChartLine line)
    {
        foreach (var segment in Segments(line.Points))
        {
            // A line of one point would be invisible.
            if (line.Dots || segment.Count == 1)
            {
                foreach (var point in segment)
                {
                    yield return Dot(line, X(point.X), Y(point.Y));
                }

                continue;
            }

            var path = "M" + string.Join('L', segment.Select(point => $"{Number(X(point.X))} {Number(Y(point.Y))}"));
            if (line.Filled)
            {
                yield return Path(StyleOf("area", line), $"{path}V{Number(_bottom)}H{Number(X(segment[0].X))}Z");
            }

            yield return Path(StyleOf("line", line), path);
        }
    }

    private static IEnumerable<List<ChartPoint>> Segments(IReadOnlyList<ChartPoint> points)
    {
        var segment = new List<ChartPoint>();
        foreach (var point in points.Append(new ChartPoint(0, double.NaN)))
        {
            if (!double.IsNaN(point.Y))
            {
                segment.Add(point);
            }
            else if (segment.Count > 0)
            {
                yield return segment;
                segment = [];
            }
        }
    }

    private static XElement Path(string style, string commands) =>
        Markup.Element("path", style, Markup.Attr("d", commands));

    private static XElement Dot(ChartLine line, double x, double y) => Markup.Element(
        "circle",
        StyleOf("dot", line),
        Markup.Attr("cx", Number(x)),
        Markup.Attr("cy", Number(y)),
        Markup.Attr("r", "4.5"));

    private static string StyleOf(string shape, ChartLine line) =>
        $"{shape} s-{line.Color.ToString().ToLowerInvariant()}{(line.Dashed ? " dashed" : "")}";

    private double X(double value) => Left + _chart.X.Position(value) * (Right - Left);

    private double Y(double value) => _bottom - _chart.Y.Position(value) * PlotHeight;
}

// Builds HTML and SVG elements; escapes texts and keeps them on one line.
internal static class Markup
{
    public static XElement Element(string name, string style, params object?[] content) => new(
        name,
        style.Length > 0 ? Attr("class", style) : null,
        content.Select(item => item is string text ? Format.OneLine(text) : item));

    public static XAttribute Attr(string name, string value) => new(name, Format.OneLine(value));

    public static string ClassOf(Tone tone) => tone.ToString().ToLowerInvariant();
}
