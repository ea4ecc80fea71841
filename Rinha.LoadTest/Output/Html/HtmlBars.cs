using System.Globalization;

namespace Rinha.LoadTest.Output.Html;

/// <summary>A table with a bar in each row, as long as the row's share of the largest.</summary>
internal sealed class HtmlBars(string id, string caption, string heading)
{
    private readonly List<(string Name, long Count, Tone Tone)> _rows = [];

    /// <summary>Adds a row.</summary>
    public void Add(string name, long count, Tone tone) => _rows.Add((name, count, tone));

    /// <summary>Writes it.</summary>
    public void WriteTo(MarkupWriter page)
    {
        var total = _rows.Sum(row => row.Count);
        var largest = _rows.Select(row => row.Count).DefaultIfEmpty().Max();
        page.Open("table", ("id", id), ("class", "bars")).Element("caption", caption).Open("thead").Open("tr");
        page.Element("th", heading, ("scope", "col")).Element("th", "requests", ("scope", "col"), ("colspan", "2"));
        page.Element("th", "share", ("scope", "col")).Close().Close().Open("tbody");
        foreach (var (name, count, tone) in _rows)
        {
            var width = (largest == 0 ? 0 : 100.0 * count / largest).ToString("0.##", CultureInfo.InvariantCulture);
            page.Open("tr", ("class", Tones.Class(tone))).Element("th", name, ("scope", "row"));
            page.Open("td", ("class", "bar"));
            page.Element("span", "", ("style", $"width:{width}%")).Close();
            page.Element("td", Figures.Count(count));
            page.Element("td", Figures.Percent(total == 0 ? 0 : (double)count / total)).Close();
        }

        if (_rows.Count == 0)
        {
            page.Open("tr", ("class", "muted")).Element("td", "none", ("colspan", "4")).Close();
        }

        page.Close().Close();
    }
}
