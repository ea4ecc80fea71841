using System.Xml.Linq;
using static Rinha.LoadTest.Output.Markup;

namespace Rinha.LoadTest.Output;

// Renders a report as one self-contained HTML file without scripts, fonts or network access; its content security
// policy enforces that.
internal static class HtmlReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    public static void Write(Report report, TextWriter writer)
    {
        var head = new XElement(
            "head",
            Element("meta", "", Attr("charset", "utf-8")),
            Element("meta", "", Attr("http-equiv", "Content-Security-Policy"), Attr("content", Policy)),
            Element("meta", "", Attr("name", "viewport"), Attr("content", "width=device-width, initial-scale=1")),
            // Keeps browsers from requesting a favicon.
            Element("link", "", Attr("rel", "icon"), Attr("href", "data:,")),
            Element("title", "", $"{report.Title} · {report.Details[0]}"),
            new XElement("style", StyleSheet.Palette, StyleSheet.Layout, StyleSheet.Drawing));
        var body = new XElement("body", Header(report), Sections(report));
        var page = Element("html", "", Attr("lang", "en"), head, body);
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
            Attr("id", "verdict"),
            Element("strong", "", report.Verdict.Word),
            Element("span", "", report.Verdict.Sentence + ".")),
        Element("p", "muted", report.Note),
        Element("dl", "cards", report.Cards.Select(card => Element(
            "div", "card " + ClassOf(card.Tone), Element("dt", "", card.Name), Element("dd", "", card.Value)))));

    // A section that starts with a chart is laid out in columns, any other in a stack.
    private static XElement Sections(Report report) => new("main", report.Sections.Select(section => Element(
        "section",
        "",
        Attr("id", section.Id),
        Element("h2", "", section.Heading),
        Element("div", section.Blocks[0] is Chart ? "columns" : "stack", section.Blocks.Select(Draw)))));

    private static XElement Draw(Block block) => block switch
    {
        Table table => Draw(table),
        Chart chart => Draw(chart),
        Paragraph text => Element("p", ClassOf(text.Tone), text.Text),
        _ => throw new NotSupportedException(block.GetType().Name),
    };

    // A wide table scrolls; it must be focusable to scroll with the keyboard.
    private static XElement Draw(Table table) => Element(
        "div",
        "scroll",
        Attr("tabindex", "0"),
        Attr("role", "region"),
        Attr("aria-label", table.Caption),
        Element(
            "table",
            table.ProseLast ? "prose" : "",
            Element("caption", "", table.Caption),
            new XElement("thead", new XElement("tr", table.Headings.Select(heading =>
                Element("th", "", Attr("scope", "col"), heading)))),
            new XElement("tbody", table.Rows.Select(row => new XElement("tr", row.Select(Draw))))));

    private static XElement Draw(Cell cell, int column) => (cell.Bar, column) switch
    {
        ({ } share, _) => Element(
            "td",
            "bar " + ClassOf(cell.Tone),
            Element("span", "", Attr("style", $"width:{ChartDrawing.Number(100 * share)}%"), "")),
        (_, 0) => Element("th", ClassOf(cell.Tone), Attr("scope", "row"), cell.Text),
        _ => Element("td", ClassOf(cell.Tone), cell.Text),
    };

    private static XElement Draw(Chart chart)
    {
        var drawing = new ChartDrawing(chart);
        return Element(
            "svg",
            "chart",
            Attr("id", chart.Id),
            Attr("viewBox", $"0 0 {ChartDrawing.Width} {ChartDrawing.Number(drawing.Height)}"),
            Attr("role", "img"),
            Attr("aria-label", $"{chart.Title}: {chart.Description}"),
            drawing.Elements);
    }
}

// Light or dark as the reader prefers, one column on a phone. Must not contain '>', which XElement would escape.
internal static class StyleSheet
{
    public const string Palette = """

        :root {
          color-scheme: light dark;
          --page: #f4f5f7; --card: #ffffff; --ink: #161b22; --muted: #5a6472; --rule: #dfe3e8; --grid: #e8ebef;
          --good: #17743a; --warning: #925a05; --bad: #bf2323; --good-tint: #e3f3e8; --warning-tint: #fbf0da;
          --bad-tint: #fce6e6; --blue: #2563d9; --orange: #d9680b; --teal: #0b8177; --pink: #b2338f;
          --fonts: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0e1116; --card: #171b22; --ink: #e7eaef; --muted: #9ba5b3; --rule: #2b323c; --grid: #252b34;
            --good: #58c57c; --warning: #e0a63f; --bad: #ff7b74; --good-tint: #12291b; --warning-tint: #2d2412;
            --bad-tint: #341a1b; --blue: #6fa4ff; --orange: #f7a154; --teal: #45c4b5; --pink: #e58ccb;
          }
        }

        """;

    public const string Layout = """
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 32px 24px 64px; max-width: 1200px; background: var(--page); color: var(--ink); }
        body { font: 15px/1.5 var(--fonts); -webkit-text-size-adjust: 100%; }
        h1 { margin: 0; font-size: 28px; line-height: 1.2; }
        h2 { margin: 0 0 16px; font-size: 18px; }
        p { margin: 0 0 12px; overflow-wrap: anywhere; }
        dl, dd { margin: 0; }
        .muted, .subtitle, caption { color: var(--muted); }
        tbody .strong { font-weight: 700; }
        .good { color: var(--good); } .warning { color: var(--warning); } .bad { color: var(--bad); }
        .verdict { display: flex; gap: 12px; align-items: baseline; padding: 12px 16px; border-radius: 10px; }
        .verdict { font-size: 17px; }
        .verdict strong { font-size: 12px; letter-spacing: .08em; text-transform: uppercase; }
        .verdict.good { background: var(--good-tint); } .verdict.warning { background: var(--warning-tint); }
        .verdict.bad { background: var(--bad-tint); } .verdict span { color: var(--ink); }
        .cards { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0 24px; }
        .card, section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
        .card { display: flex; flex: 1 1 90px; flex-direction: column-reverse; padding: 12px 14px; }
        .card dt { color: var(--muted); font-size: 13px; }
        .card dd { font-size: 22px; font-weight: 650; line-height: 1.25; white-space: nowrap; }
        section { margin-bottom: 20px; padding: 20px; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 28px; }
        .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 20px; }
        .columns *, .stack * { min-width: 0; }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
        caption { padding-bottom: 6px; text-align: left; font-size: 13px; }
        th, td { padding: 6px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
        th:first-child { padding-left: 0; text-align: left; font-weight: 500; }
        thead th { color: var(--muted); font-size: 12px; font-weight: 600; }
        .prose td:last-child, .prose th:last-child { width: 100%; text-align: left; }
        .prose td:last-child { min-width: 240px; white-space: normal; overflow-wrap: anywhere; }
        .bar { width: 50%; }
        .bar span { display: block; height: 14px; min-width: 1px; border-radius: 3px; background: var(--blue); }
        .bar.good span { background: var(--good); } .bar.warning span { background: var(--warning); }
        .bar.bad span { background: var(--bad); }
        .chart { display: block; width: 100%; height: auto; overflow: visible; }
        @media (max-width: 640px) {
          body { padding: 20px 12px 40px; }
          .verdict { display: block; }
          .card { flex-basis: 40%; }
          section { padding: 16px 14px; }
          table { font-size: 13px; }
          thead th, tbody th { white-space: normal; }
        }
        @media print { section, .card { break-inside: avoid; } }

        """;

    // Charts; their text grows on small screens.
    public const string Drawing = """
        .s-rate, .s-p50 { color: var(--blue); } .s-p90 { color: var(--teal); }
        .s-p99 { color: var(--orange); } .s-max { color: var(--pink); }
        .s-failed { color: var(--bad); } .s-met { color: var(--good); }
        svg text { fill: var(--muted); font: 13px var(--fonts); font-variant-numeric: tabular-nums; }
        svg .heading { fill: var(--ink); font-size: 15px; font-weight: 600; }
        svg .legend { dominant-baseline: central; }
        svg .x { text-anchor: middle; }
        svg .y { text-anchor: end; dominant-baseline: central; }
        svg .nothing { text-anchor: middle; font-size: 16px; }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .line.s-p90, .line.s-max { stroke-width: 1.25; }
        .line.dashed { stroke-width: 1.5; stroke-dasharray: 5 5; opacity: .65; }
        .area { fill: currentColor; opacity: .12; }
        .dot { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
        @media (max-width: 640px) {
          svg .words { font-size: 16px; }
          svg .heading { font-size: 18px; }
          svg .x, svg .y { font-size: 17px; }
          .line { stroke-width: 3; }
          .line.s-p90, .line.s-max { stroke-width: 2; }
        }

        """;

    public const string Picture = """
        .card { fill: var(--card); stroke: var(--rule); }
        .rule { stroke: var(--rule); stroke-width: 1; }
        svg .title { fill: var(--ink); font-size: 20px; font-weight: 650; }
        svg .figure { fill: var(--ink); font-size: 17px; font-weight: 650; }
        svg .sentence { fill: var(--ink); }
        svg .good { fill: var(--good); } svg .warning { fill: var(--warning); } svg .bad { fill: var(--bad); }
        svg .verdict { font-weight: 700; }

        """;
}
