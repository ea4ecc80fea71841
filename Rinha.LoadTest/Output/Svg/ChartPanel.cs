using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Output.Html;

namespace Rinha.LoadTest.Output.Svg;

/// <summary>A chart of the picture with its heading and legend.</summary>
internal sealed class ChartPanel
{
    // Flatter than on a page of its own: the picture is one part of somebody's text.
    private const double Aspect = 2.75;
    private const double HeadingBaseline = 44;
    private const double SubtitleBaseline = 64;
    private const double LegendTop = 74;
    private const double LegendRow = 22;
    private const double SwatchWidth = 18;
    private const double SwatchGap = 7;
    private const double LegendGap = 18;
    private const int LegendCharsMax = 40;
    private const int SubtitleCharsMax = 77;

    private readonly LineChart _chart;
    private readonly List<(double Left, int Row)> _legend;
    private readonly double _drawingTop;

    public ChartPanel(LineChart chart)
    {
        _chart = chart with { Aspect = Aspect };
        _legend = PlacesOf(chart.Lines);
        _drawingTop = LegendTop + (_legend[^1].Row + 1) * LegendRow;
    }

    /// <summary>How much of the picture it takes.</summary>
    public double Height => _drawingTop + SvgDrawing.HeightOf(_chart);

    /// <summary>It in words, for those who cannot see it.</summary>
    public string Description => $"{_chart.Title}: {_chart.Description}";

    /// <summary>Draws it, from the origin downwards.</summary>
    public void Write(MarkupWriter page)
    {
        page.Open("g", ("id", _chart.Id));
        page.Empty("path", ("class", "rule"), ("d", $"M0 18L{SvgDrawing.Text(SvgDrawing.Width)} 18"));
        page.Element("text", _chart.Title, ("class", "heading"), ("x", "0"), ("y", SvgDrawing.Text(HeadingBaseline)));
        page.Element(
            "text",
            Words.OneLine(_chart.Subtitle, SubtitleCharsMax),
            ("class", "words"),
            ("x", "0"),
            ("y", SvgDrawing.Text(SubtitleBaseline)));
        for (var index = 0; index < _chart.Lines.Count; index++)
        {
            Legend(page, _chart.Lines[index], _legend[index].Left, LegendTop + (_legend[index].Row + 0.5) * LegendRow);
        }

        page.Open("g", ("transform", $"translate(0 {SvgDrawing.Text(_drawingTop)})"));
        new SvgDrawing(page, _chart).Draw();
        page.Close().Close();
    }

    private static void Legend(MarkupWriter page, ChartLine line, double left, double middle)
    {
        var y = SvgDrawing.Text(middle);
        if (line.Dots)
        {
            page.Empty(
                "circle",
                ("class", $"dot {line.Style}"),
                ("cx", SvgDrawing.Text(left + SwatchWidth / 2)),
                ("cy", y),
                ("r", "4.5"));
        }
        else
        {
            var (from, to) = (SvgDrawing.Text(left), SvgDrawing.Text(left + SwatchWidth));
            page.Empty(
                "path",
                ("class", $"swatch line {line.Style}{(line.Dashed ? " dashed" : "")}"),
                ("d", $"M{from} {y}L{to} {y}"));
        }

        page.Element(
            "text",
            NameOf(line),
            ("class", "words legend"),
            ("x", SvgDrawing.Text(left + SwatchWidth + SwatchGap)),
            ("y", y));
    }

    private static List<(double Left, int Row)> PlacesOf(IReadOnlyList<ChartLine> lines)
    {
        double[] widths =
            [.. lines.Select(line => SwatchWidth + SwatchGap + NameOf(line).Length * Flow.LetterWidth)];
        var places = Flow.Places(widths, LegendGap, SvgDrawing.Width);
        if (places[^1].Row == 0)
        {
            return places;
        }

        // Of several rows, another run's lines have their own.
        var others = lines.TakeWhile(line => !line.Dashed).Count();
        return Flow.Places(widths, LegendGap, SvgDrawing.Width, others);
    }

    private static string NameOf(ChartLine line) => Words.OneLine(line.Name, LegendCharsMax);
}
