namespace Rinha.LoadTest.Output;

/// <summary>
/// A report before it is drawn: what it says, in which order, and how good that is. <see cref="ReportBuilder"/> makes
/// it once from a run; the text, HTML and SVG renderers draw it and compute no figures. The model knows no renderer,
/// and its texts are as they came: escaping is the renderer's.
/// </summary>
/// <param name="Details">What was run, in short pieces.</param>
/// <param name="Note">How the load was made, and what that means for its latencies.</param>
/// <param name="Verdict">What the run comes to.</param>
/// <param name="Cards">The figures to look at first.</param>
/// <param name="Sections">The most important one first.</param>
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

/// <summary>What a figure or a sentence means to the reader; each renderer has a colour for it.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Muted,
    Good,
    Warning,
    Bad,
}

internal sealed record Card(string Figure, string Name, Tone Tone = Tone.Plain);

/// <param name="Id">Unique in the report, to link to: <c>find-max</c>.</param>
/// <param name="Blocks">What it holds, at least one; where the first is a drawing, the others explain it.</param>
internal sealed record Section(string Id, string Heading, params IReadOnlyList<Block> Blocks);

/// <summary>One thing of a section: text, facts, a table, bars or a <see cref="Chart"/>.</summary>
internal abstract record Block;

internal sealed record Paragraph(string Text, Tone Tone = Tone.Plain) : Block;

internal sealed record Facts(params IReadOnlyList<(string Name, string Value)> Items) : Block;

/// <summary>A table whose first column names its rows; the other columns are figures, at the right.</summary>
/// <param name="Headings">The columns' names; the first one's may be empty.</param>
/// <param name="ProseLast">Whether the last column is sentences instead of figures.</param>
internal sealed record Table(
    string Caption,
    IReadOnlyList<string> Headings,
    IReadOnlyList<IReadOnlyList<Cell>> Rows,
    bool ProseLast = false) : Block;

internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string text) => new(text);
}

/// <summary>A table with a bar in each row, as long as the row's share of the largest.</summary>
internal sealed record Bars(string Caption, string Heading, IReadOnlyList<Bar> Rows) : Block;

/// <param name="Share">Of all, 0 to 1.</param>
internal sealed record Bar(string Name, long Count, double Share, Tone Tone = Tone.Plain);
