using Rinha.LoadTest.Journey;
using Rinha.LoadTest.Output.Charts;
using Rinha.LoadTest.Output.Html;

namespace Rinha.LoadTest.Output;

/// <summary>A journey as one HTML file that needs nothing else (<see cref="HtmlPage"/>).</summary>
public static class JourneyPage
{
    private const string Title = "From Caddy and PostgreSQL to nginx and SQLite";

    /// <summary>Writes a journey.</summary>
    /// <param name="report">The journey.</param>
    /// <param name="writer">Where to, in UTF-8.</param>
    public static void Write(JourneyReport report, TextWriter writer) => HtmlPage.Write(
        writer,
        $"{Title} · {Figures.Moment(report.StartedAt)}",
        StyleSheet.Drawing + BarFigure.Style,
        page => Body(page, report));

    private static void Body(MarkupWriter page, JourneyReport report)
    {
        Header(page, report);
        page.Open("main");
        Section(page, "charts", "Stage by stage", () =>
        {
            page.Open("div", ("class", "columns"));
            foreach (var chart in JourneyCharts.All(report))
            {
                BarFigure.Write(page, chart);
            }

            page.Close();
        });
        Section(page, "claimed", "What was claimed", () => Table(page, JourneyTables.Claimed(report), words: true));
        Section(page, "measured", "Figures", () =>
        {
            foreach (var table in JourneyTables.Measured(report))
            {
                Table(page, table, words: false);
            }
        });
        Environment(page, report);
        page.Close();
    }

    private static void Header(MarkupWriter page, JourneyReport report)
    {
        page.Open("header").Element("h1", Title);
        page.Element(
            "p",
            $"{report.Stages.Count} stages of one design, in turn, forwards and backwards, in one run · "
            + Figures.Moment(report.StartedAt),
            ("class", "subtitle"));
        page.Open("dl", ("id", "cards"), ("class", "cards"));
        var measured = report.Stages.Where(stage => stage.Under(JourneyReport.Closed) is not null).ToList();
        if (measured.Count > 0)
        {
            var (first, last) = (measured[0], measured[^1]);
            var (then, now) = (first.Under(JourneyReport.Closed)!, last.Under(JourneyReport.Closed)!);
            HeaderSection.Card(page, "rate", Figures.Rate(now.Rate), $"requests/s of {last.Name}");
            HeaderSection.Card(page, "p50", Figures.Duration(now.P50), "its median latency");
            HeaderSection.Card(page, "p99", Figures.Duration(now.P99), "99% took at most");
            if (first != last && then.Rate > 0)
            {
                HeaderSection.Card(
                    page, "gain", Figures.Ratio(now.Rate / then.Rate), $"requests/s, by those of {first.Name}");
            }
        }

        page.Close().Close();
    }

    private static void Environment(MarkupWriter page, JourneyReport report)
    {
        Section(page, "environment", "Environment", () =>
        {
            page.Element("p", JourneyText.Waiting(report));
            page.Open("dl");
            EnvironmentSection.Field(page, "command", report.Command, code: true);
            EnvironmentSection.Field(page, "version", report.Version, code: true);
            EnvironmentSection.Field(page, "processor", report.Machine.Processor);
            EnvironmentSection.Field(page, "cores", Figures.Count(report.Machine.Cores));
            EnvironmentSection.Field(page, "system", report.Machine.System);
            EnvironmentSection.Field(page, "cgroup", report.Machine.Cgroup);
            EnvironmentSection.Field(page, "schema", report.Schema, code: true);
            page.Close();
        });
    }

    private static void Section(MarkupWriter page, string id, string title, Action content)
    {
        page.Open("section", ("id", id)).Element("h2", title);
        content();
        page.Close();
    }

    private static void Table(MarkupWriter page, JourneyTable table, bool words)
    {
        var html = new HtmlTable(table.Id, table.Title, [.. table.Headings]);
        foreach (var row in table.Rows)
        {
            html.Add(row[0], [.. row.Skip(1)]);
        }

        html.WriteTo(page, words);
    }
}
