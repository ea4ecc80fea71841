namespace Rinha.LoadTest.Output;

// A report's content, independent of its format. ReportBuilder computes it from a run; the text, HTML and SVG renderers
// only draw it. Its texts are raw: each renderer escapes them.
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

// Blocks: at least one; if the first is a chart, the others explain it.
internal sealed record Section(string Id, string Heading, params IReadOnlyList<Block> Blocks);

internal abstract record Block;

internal sealed record Paragraph(string Text, Tone Tone = Tone.Plain) : Block;

internal sealed record Table(
    string Caption,
    IReadOnlyList<string> Headings,
    IReadOnlyList<IReadOnlyList<Cell>> Rows,
    bool ProseLast = false) : Block;

// Bar: the share of the cell's width to fill with a bar instead of text.
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain, double? Bar = null)
{
    public static implicit operator Cell(string text) => new(text);
}

// Description: the alternative text.
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

// Dashed: belongs to the baseline, drawn behind the others. Dots: points without a line.
internal sealed record ChartLine(
    string Name,
    LineColor Color,
    IReadOnlyList<ChartPoint> Points,
    bool Dashed = false,
    bool Filled = false,
    bool Dots = false);

// In the axes' units; a NaN Y is a gap in the line.
internal readonly record struct ChartPoint(double X, double Y);

internal sealed record AxisTick(double Value, string Label);
