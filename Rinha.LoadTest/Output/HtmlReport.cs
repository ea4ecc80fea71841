using static Rinha.LoadTest.Output.SvgDrawing;

namespace Rinha.LoadTest.Output;

/// <summary>
/// Draws a report as one HTML file that needs nothing else: no network, no script, no fonts. Its content security
/// policy makes the browser enforce that.
/// </summary>
internal sealed class HtmlReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private readonly MarkupWriter _page;

    private HtmlReport(MarkupWriter page) => _page = page;

    /// <summary>Writes a report; the writer's encoding is UTF-8.</summary>
    public static void Write(Report report, TextWriter writer)
    {
        writer.Write("<!DOCTYPE html>");
        var page = new MarkupWriter(writer);
        page.Open("html", ("lang", "en")).Open("head");
        page.Empty("meta", ("charset", "utf-8"));
        page.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy));
        page.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        // Without it browsers ask the server that serves the file for an icon.
        page.Empty("link", ("rel", "icon"), ("href", "data:,"));
        page.Element("title", $"{report.Title} · {report.Details[0]}");
        page.Open("style")
            .Verbatim(StyleSheet.Palette).Verbatim(StyleSheet.Layout).Verbatim(StyleSheet.Drawing).Close();
        page.Close().Open("body");
        new HtmlReport(page).Body(report);
        page.Close().Close();
        writer.Write('\n');
    }

    /// <summary>The style sheet's name for a tone.</summary>
    internal static string ClassOf(Tone tone) => tone.ToString().ToLowerInvariant();

    private void Body(Report report)
    {
        _page.Open("header").Element("h1", report.Title);
        _page.Element("p", string.Join(" · ", report.Details), ("class", "subtitle"));
        var verdict = report.Verdict;
        _page.Open("p", ("id", "verdict"), ("class", "verdict " + ClassOf(verdict.Tone)));
        _page.Element("strong", verdict.Word).Element("span", verdict.Sentence + ".").Close();
        _page.Element("p", report.Note, ("class", "muted"));
        _page.Open("dl", ("class", "cards"));
        foreach (var card in report.Cards)
        {
            _page.Open("div", ("class", "card " + ClassOf(card.Tone)));
            _page.Element("dt", card.Name).Element("dd", card.Figure).Close();
        }

        _page.Close().Close().Open("main");
        foreach (var section in report.Sections)
        {
            _page.Open("section", ("id", section.Id)).Element("h2", section.Heading);
            // Drawings stand beside what they belong to; the rest is one below the other.
            _page.Open("div", ("class", section.Blocks[0] is Chart or Bars ? "columns" : "stack"));
            foreach (var block in section.Blocks)
            {
                Draw(block);
            }

            _page.Close().Close();
        }

        _page.Close();
    }

    private void Draw(Block block)
    {
        switch (block)
        {
            case Paragraph paragraph:
                _page.Element("p", paragraph.Text, ("class", ClassOf(paragraph.Tone)));
                break;
            case Facts facts:
                _page.Open("dl", ("class", "facts"));
                foreach (var (name, value) in facts.Items)
                {
                    _page.Open("div").Element("dt", name).Element("dd", value).Close();
                }

                _page.Close();
                break;
            case Table table:
                Draw(table);
                break;
            case Bars bars:
                Draw(bars);
                break;
            case Chart chart:
                Draw(chart);
                break;
        }
    }

    // Wider than the screen, it scrolls by itself: with the keyboard only when it can have the focus.
    private void Draw(Table table)
    {
        _page.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", table.Caption));
        _page.Open("table", ("class", table.ProseLast ? "prose" : "figures"));
        _page.Element("caption", table.Caption).Open("thead").Open("tr");
        foreach (var heading in table.Headings)
        {
            _page.Element("th", heading, ("scope", "col"));
        }

        _page.Close().Close().Open("tbody");
        foreach (var row in table.Rows)
        {
            _page.Open("tr").Element("th", row[0].Text, ("scope", "row"), ("class", ClassOf(row[0].Tone)));
            foreach (var cell in row.Skip(1))
            {
                _page.Element("td", cell.Text, ("class", ClassOf(cell.Tone)));
            }

            _page.Close();
        }

        _page.Close().Close().Close();
    }

    private void Draw(Bars bars)
    {
        var largest = Math.Max(1, bars.Rows.Select(row => row.Count).DefaultIfEmpty().Max());
        _page.Open("table", ("class", "bars")).Element("caption", bars.Caption).Open("thead").Open("tr");
        _page.Element("th", bars.Heading, ("scope", "col"));
        _page.Element("th", "requests", ("scope", "col"), ("colspan", "2"));
        _page.Element("th", "share", ("scope", "col")).Close().Close().Open("tbody");
        foreach (var (name, count, share, tone) in bars.Rows)
        {
            _page.Open("tr").Element("th", name, ("scope", "row")).Open("td", ("class", "bar " + ClassOf(tone)));
            _page.Element("span", "", ("style", $"width:{Number(100.0 * count / largest)}%")).Close();
            _page.Element("td", Format.Count(count)).Element("td", Format.Percent(share)).Close();
        }

        if (bars.Rows.Count == 0)
        {
            _page.Open("tr").Element("td", "none", ("class", "muted"), ("colspan", "4")).Close();
        }

        _page.Close().Close();
    }

    // The style sheet scales the drawing to its column.
    private void Draw(Chart chart)
    {
        _page.Open("figure", ("class", "chart"), ("id", chart.Id)).Open("figcaption");
        _page.Element("h3", chart.Title).Element("p", chart.Subtitle, ("class", "muted"));
        _page.Open("ul", ("class", "legend"));
        foreach (var line in chart.Lines)
        {
            var style = $"swatch {ColorOf(line)}{(line.Dashed ? " dashed" : "")}{(line.Dots ? " round" : "")}";
            _page.Open("li").Element("i", "", ("class", style), ("aria-hidden", "true"))
                .Element("span", line.Name).Close();
        }

        _page.Close().Close();
        _page.Open(
            "svg",
            ("viewBox", $"0 0 {Number(Width)} {Number(HeightOf(chart))}"),
            ("role", "img"),
            ("aria-labelledby", $"{chart.Id}-title {chart.Id}-desc"));
        _page.Element("title", chart.Title, ("id", chart.Id + "-title"));
        _page.Element("desc", chart.Description, ("id", chart.Id + "-desc"));
        var drawing = new SvgDrawing(_page, chart);
        drawing.Draw();
        drawing.DrawHints();
        _page.Close().Close();
    }
}
