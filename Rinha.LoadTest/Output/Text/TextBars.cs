namespace Rinha.LoadTest.Output.Text;

/// <summary>Rows with a bar each, drawn with eighths of a block; their names are words or figures.</summary>
internal sealed class TextBars(bool wordsFirst)
{
    private const int BarColumns = 50;
    private const string Eighths = "▏▎▍▌▋▊▉█";
    private readonly List<(string Name, long Count, double Share, Tone Tone)> _rows = [];

    /// <summary>Adds a row.</summary>
    public void Add(string name, long count, double share, Tone tone) => _rows.Add((name, count, share, tone));

    /// <summary>Writes it, the largest row with the longest bar.</summary>
    public void WriteTo(TextPage page)
    {
        if (_rows.Count == 0)
        {
            page.Line(new Phrase("  none", Tone.Muted));
            return;
        }

        var largest = _rows.Max(row => row.Count);
        var (names, counts) = (_rows.Max(row => row.Name.Length), _rows.Max(row => Figures.Count(row.Count).Length));
        foreach (var (name, count, share, tone) in _rows)
        {
            var padded = wordsFirst ? name.PadRight(names) : name.PadLeft(names);
            var figures = $"  {padded}  {Figures.Count(count).PadLeft(counts)}  {Figures.Percent(share),8}";
            page.Line(figures, new Phrase(Bar(largest == 0 ? 0 : (double)count / largest), tone));
        }
    }

    // What is there at all is at least an eighth of a column long; the gap before it belongs to the bar.
    private static string Bar(double share)
    {
        var eighths = share > 0 ? Math.Max(1, (int)Math.Round(share * BarColumns * Eighths.Length)) : 0;
        var (whole, rest) = Math.DivRem(eighths, Eighths.Length);
        return eighths == 0 ? "" : $"  {new string(Eighths[^1], whole)}{(rest > 0 ? Eighths[rest - 1] : "")}";
    }
}
