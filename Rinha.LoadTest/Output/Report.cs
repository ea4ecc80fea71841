namespace Rinha.LoadTest.Output;

// A report before it is drawn. ReportBuilder makes it from a run; the text, HTML and SVG renderers draw it and compute
// no figures. The model knows no renderer, and its texts are as they came: escaping is the renderer's.
internal sealed record Report(
    string Title,
    IReadOnlyList<string> Details,
    string Note,
    Verdict Verdict,
    IReadOnlyList<Card> Cards,
    IReadOnlyList<Section> Sections)
{
    public IEnumerable<Chart> Charts => Sections.SelectMany(section => section.Blocks).OfType<Chart>();
}

internal enum Tone
{
    Plain,
    Strong,
    Muted,
    Accent,
    Good,
    Warning,
    Bad,
}

internal sealed record Card(string Value, string Name, Tone Tone = Tone.Plain);

// Blocks: At least one; where the first is a chart, the others explain it.
internal sealed record Section(string Id, string Heading, params IReadOnlyList<Block> Blocks);

internal abstract record Block;

internal sealed record Paragraph(string Text, Tone Tone = Tone.Plain) : Block;

internal sealed record Table(
    string Caption,
    IReadOnlyList<string> Headings,
    IReadOnlyList<IReadOnlyList<Cell>> Rows,
    bool ProseLast = false) : Block;

// Bar: Draws a bar over this share of the cell's width instead of the text.
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain, double? Bar = null)
{
    public static implicit operator Cell(string text) => new(text);
}

// The description is for readers who cannot see the chart.
internal sealed record Chart(
    string Id,
    string Title,
    string Subtitle,
    string Description,
    AxisScale X,
    AxisScale Y,
    IReadOnlyList<ChartLine> Lines) : Block;

internal enum LineColor
{
    Rate,
    P50,
    P90,
    P99,
    Max,
    Met,
    Failed,
}

// A dashed line is another run's, drawn behind the others; dots are points left unjoined.
internal sealed record ChartLine(
    string Name,
    LineColor Color,
    IReadOnlyList<ChartPoint> Points,
    bool Dashed = false,
    bool Filled = false,
    bool Dots = false);

// A point in the axes' units; Y is NaN where the line has a gap.
internal readonly record struct ChartPoint(double X, double Y);

internal sealed record AxisTick(double Value, string Label);
