using Rinha.LoadTest.Output.Html;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Svg;

/// <summary>The top of the picture: what was run, what it comes to, and the figures that one looks for first.</summary>
internal sealed class HeaderPanel
{
    private const double TitleBaseline = 18;
    private const double LineHeight = 21;
    private const double VerdictGap = 9;
    private const double FigureGap = 38;
    private const double FigureLetterWidth = 12.6;
    private const int LineCharsMax = (int)(SvgDrawing.Width / Flow.LetterWidth);

    private readonly List<string> _details;
    private readonly Verdict _verdict;
    private readonly List<(string Figure, string Name)> _figures;

    public HeaderPanel(RunReport report)
    {
        Title = HeaderSection.Title(report);
        _verdict = Verdict.Of(report);
        _details = Flow.Lines(Details(report), LineCharsMax);
        _figures = [.. MainFigures(report)];
    }

    /// <summary>The kind of run.</summary>
    public string Title { get; }

    /// <summary>How much of the picture it takes.</summary>
    public double Height => NameBaseline + 6;

    private double VerdictBaseline => TitleBaseline + (_details.Count + 1) * LineHeight + VerdictGap;

    private double FigureBaseline => VerdictBaseline + FigureGap;

    private double NameBaseline => FigureBaseline + 20;

    /// <summary>Draws it, from the origin downwards.</summary>
    public void Write(MarkupWriter page)
    {
        page.Open("g", ("id", "header"));
        Text(page, "title", Title, 0, TitleBaseline);
        for (var index = 0; index < _details.Count; index++)
        {
            Text(page, "words", _details[index], 0, TitleBaseline + 4 + (index + 1) * LineHeight);
        }

        var tone = Tones.Class(_verdict.Tone);
        page.Open("text", ("class", "words sentence"), ("x", "0"), ("y", SvgDrawing.Text(VerdictBaseline)));
        page.Element("tspan", _verdict.Word.ToUpperInvariant(), ("class", $"verdict {tone}"));
        var room = LineCharsMax - _verdict.Word.Length - 2;
        page.Element("tspan", Words.OneLine(_verdict.Sentence, room), ("dx", "6")).Close();
        WriteFigures(page);
        page.Close();
    }

    private void WriteFigures(MarkupWriter page)
    {
        var widths = _figures.Select(one =>
            Math.Max(one.Figure.Length * FigureLetterWidth, one.Name.Length * Flow.LetterWidth)).ToArray();
        var gap = Math.Max((SvgDrawing.Width - widths.Sum()) / (widths.Length - 1), 0);
        var places = Flow.Places(widths, gap, double.PositiveInfinity);
        for (var index = 0; index < _figures.Count; index++)
        {
            Text(page, "figure", _figures[index].Figure, places[index].Left, FigureBaseline);
            Text(page, "words", _figures[index].Name, places[index].Left, NameBaseline);
        }
    }

    private static IEnumerable<string> Details(RunReport report)
    {
        var rate = report.TargetRate is { } asked ? $"{Figures.Rate(asked)} requests/s asked for, " : "";
        yield return report.Environment.Target;
        yield return $"{report.Mode} loop, {rate}{Figures.Count(report.Connections)} "
            + $"connection{(report.Connections == 1 ? "" : "s")}";
        yield return Words.Mix(report.Mix);
        yield return Words.Duration(report);
        yield return Figures.Moment(report.StartedAt);
        if (report.Environment.Limits is { } limits)
        {
            yield return $"limits: {limits}";
        }
    }

    private static IEnumerable<(string Figure, string Name)> MainFigures(RunReport report)
    {
        var (summary, latency) = (report.Summary, report.Latency);
        yield return (Figures.Rate(summary.Rate), "requests/s");
        yield return (Figures.Count(summary.Requests), "requests");
        yield return (Figures.Percent(summary.SuccessShare), "completed");
        yield return (Latency(latency, latency.P50), "p50");
        yield return (Latency(latency, latency.P90), "p90");
        yield return (Latency(latency, latency.P99), "p99");
        yield return (Latency(latency, latency.Max), "max");
    }

    private static string Latency(LatencyReport latency, double seconds) =>
        latency.Count == 0 ? "–" : Figures.Duration(seconds);

    private static void Text(MarkupWriter page, string style, string text, double left, double baseline) =>
        page.Element(
            "text", text, ("class", style), ("x", SvgDrawing.Text(left)), ("y", SvgDrawing.Text(baseline)));
}
