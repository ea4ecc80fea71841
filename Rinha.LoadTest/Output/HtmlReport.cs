using System.Xml.Linq;
using static Rinha.LoadTest.Output.Markup;

namespace Rinha.LoadTest.Output;

// Draws a report as one HTML file that needs nothing else: no network, no script, no fonts. Its content security
// policy makes the browser enforce that.
internal static class HtmlReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    // Writes a report; the writer's encoding is UTF-8.
    public static void Write(Report report, TextWriter writer)
    {
        var head = new XElement(
            "head",
            Element("meta", "", Is("charset", "utf-8")),
            Element("meta", "", Is("http-equiv", "Content-Security-Policy"), Is("content", Policy)),
            Element("meta", "", Is("name", "viewport"), Is("content", "width=device-width, initial-scale=1")),
            // Without it browsers ask the server that serves the file for an icon.
            Element("link", "", Is("rel", "icon"), Is("href", "data:,")),
            Element("title", "", $"{report.Title} · {report.Details[0]}"),
            new XElement("style", StyleSheet.Palette, StyleSheet.Layout, StyleSheet.Drawing));
        var page = Element("html", "", Is("lang", "en"), head, new XElement("body", Header(report), Sections(report)));
        writer.Write($"<!DOCTYPE html>\n{page}\n");
    }

    private static XElement Header(Report report) => Element(
        "header",
        "",
        Element("h1", "", report.Title),
        Element("p", "subtitle", string.Join(" · ", report.Details)),
        Element(
            "p",
            "verdict " + ClassOf(report.Verdict.Tone),
            Is("id", "verdict"),
            Element("strong", "", report.Verdict.Word),
            Element("span", "", report.Verdict.Sentence + ".")),
        Element("p", "muted", report.Note),
        Element("dl", "cards", report.Cards.Select(card => Element(
            "div", "card " + ClassOf(card.Tone), Element("dt", "", card.Name), Element("dd", "", card.Figure)))));

    // Charts stand beside what they belong to; the rest is one below the other.
    private static XElement Sections(Report report) => new("main", report.Sections.Select(section => Element(
        "section",
        "",
        Is("id", section.Id),
        Element("h2", "", section.Heading),
        Element("div", section.Blocks[0] is Chart ? "columns" : "stack", section.Blocks.Select(Draw)))));

    private static XElement Draw(Block block) => block switch
    {
        Table table => Draw(table),
        Chart chart => Draw(chart),
        Paragraph text => Element("p", ClassOf(text.Tone), text.Text),
        _ => throw new NotSupportedException(block.GetType().Name),
    };

    // Wider than the screen, it scrolls by itself: with the keyboard only when it can have the focus.
    private static XElement Draw(Table table) => Element(
        "div",
        "scroll",
        Is("tabindex", "0"),
        Is("role", "region"),
        Is("aria-label", table.Caption),
        Element(
            "table",
            table.ProseLast ? "prose" : "",
            Element("caption", "", table.Caption),
            new XElement("thead", new XElement("tr", table.Headings.Select(heading =>
                Element("th", "", Is("scope", "col"), heading)))),
            new XElement("tbody", table.Rows.Select(row => new XElement("tr", row.Select(Draw))))));

    private static XElement Draw(Cell cell, int column) => (cell.Bar, column) switch
    {
        ({ } share, _) => Element(
            "td",
            "bar " + ClassOf(cell.Tone),
            Element("span", "", Is("style", $"width:{ChartDrawing.Number(100 * share)}%"), "")),
        (_, 0) => Element("th", ClassOf(cell.Tone), Is("scope", "row"), cell.Text),
        _ => Element("td", ClassOf(cell.Tone), cell.Text),
    };

    // The style sheet scales the drawing to its column.
    private static XElement Draw(Chart chart)
    {
        var drawing = new ChartDrawing(chart);
        return Element(
            "svg",
            "chart",
            Is("id", chart.Id),
            Is("viewBox", $"0 0 {ChartDrawing.Width} {ChartDrawing.Number(drawing.Height)}"),
            Is("role", "img"),
            Is("aria-label", $"{chart.Title}: {chart.Description}"),
            drawing.Elements);
    }
}
