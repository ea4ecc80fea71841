namespace Rinha.LoadTest.Output.Html;

/// <summary>A table whose first column names its rows; wider than the screen, it scrolls by itself.</summary>
internal sealed class HtmlTable(string id, string caption, params string[] headings)
{
    private readonly List<Row> _rows = [];

    /// <summary>Adds a row; the cells are the columns after the first.</summary>
    public HtmlTable Add(string name, params string[] cells) => Add(Tone.Plain, name, cells);

    /// <summary>Adds a row with a colour of its own.</summary>
    public HtmlTable Add(Tone tone, string name, params string[] cells)
    {
        _rows.Add(new Row(tone, name, cells));
        return this;
    }

    /// <summary>Writes it; with <paramref name="words"/> the cells are sentences, not figures.</summary>
    public void WriteTo(MarkupWriter page, bool words = false)
    {
        // It can be scrolled with the keyboard only when it can have the focus.
        page.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption));
        page.Open("table", ("id", id), ("class", words ? "words" : "figures"));
        page.Element("caption", caption).Open("thead").Open("tr");
        foreach (var heading in headings)
        {
            page.Element("th", heading, ("scope", "col"));
        }

        page.Close().Close().Open("tbody");
        foreach (var row in _rows)
        {
            page.Open("tr", ("class", Tones.Class(row.Tone))).Element("th", row.Name, ("scope", "row"));
            foreach (var cell in row.Cells)
            {
                page.Element("td", cell);
            }

            page.Close();
        }

        page.Close().Close().Close();
    }

    private sealed record Row(Tone Tone, string Name, string[] Cells);
}
