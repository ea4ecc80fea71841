using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>The top of the page: what was tested, what it comes to, and the figures that one looks for first.</summary>
internal static class HeaderSection
{
    /// <summary>The page's title.</summary>
    public static string Title(RunReport report) => report switch
    {
        { Contest: not null } => "Rinha contest run",
        { FindMax: not null } => "Rinha search for the highest rate",
        _ => "Rinha load test",
    };

    public static void Write(MarkupWriter page, RunReport report)
    {
        var verdict = Verdict.Of(report);
        page.Open("header").Element("h1", Title(report));
        page.Element("p", $"{report.Environment.Target} · {Figures.Moment(report.StartedAt)}", ("class", "subtitle"));
        page.Open("p", ("id", "verdict"), ("class", "verdict " + Tones.Class(verdict.Tone)));
        page.Element("strong", verdict.Word).Element("span", verdict.Sentence + ".").Close();
        page.Element("p", Mode(report), ("id", "mode"));
        page.Open("dl", ("id", "cards"), ("class", "cards"));
        if (report.Contest is { } contest)
        {
            var style = "wide " + Tones.Class(verdict.Tone);
            Card(page, "score", Figures.Dollars(contest.Payment), "contest payment", style);
        }

        var (summary, latency) = (report.Summary, report.Latency);
        Card(page, "rate", Figures.Rate(summary.Rate), "completed requests/s");
        Card(page, "requests", Figures.Count(summary.Requests), "requests");
        var allCompleted = summary.Requests > 0 && summary.Failed == 0;
        Card(page, "success", Figures.Percent(summary.SuccessShare), "completed", allCompleted ? "good" : "warning");
        if (summary.Retries is { } retries)
        {
            Card(page, "retries", Figures.Count(retries), "retries");
        }

        Card(page, "p50", Latency(latency, latency.P50), "median latency");
        Card(page, "p99", Latency(latency, latency.P99), "99% took at most");
        Card(page, "max", Latency(latency, latency.Max), "longest latency");
        page.Close().Close();
    }

    private static string Mode(RunReport report)
    {
        var mode = Words.Mode(report);
        return $"{char.ToUpperInvariant(mode[0])}{mode[1..]}. {Figures.Count(report.Connections)} "
            + $"connection{(report.Connections == 1 ? "" : "s")}, {Words.Duration(report)}.";
    }

    private static string Latency(LatencyReport latency, double seconds) =>
        latency.Count == 0 ? "–" : Figures.Duration(seconds);

    /// <summary>Writes one of the figures that one looks for first.</summary>
    internal static void Card(MarkupWriter page, string id, string figure, string name, string style = "plain")
    {
        page.Open("div", ("id", "card-" + id), ("class", "card " + style));
        page.Element("dt", name).Element("dd", figure).Close();
    }
}
