using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Html;

/// <summary>The contest's score, its checks, and each scenario at our resolution and at the contest's.</summary>
internal static class ContestSection
{
    public static void Write(MarkupWriter page, RunReport report)
    {
        if (report.Contest is not { } contest)
        {
            return;
        }

        page.Open("section", ("id", "contest")).Element("h2", "Contest");
        new HtmlTable("contest-score", "How the payment comes about", "rule", "found", "amount")
            .Add("full payment", "", Figures.Dollars(ContestRules.FullPayment))
            .Add(
                contest.LateFine > 0 ? Tone.Bad : Tone.Good,
                "right and within 250 ms: 98% wanted",
                $"{Figures.Percent(contest.OnTimeShare)} ({Figures.Percent(1 - contest.OnTimeShare)} not)",
                ContestRules.Fine(contest.LateFine))
            .Add(
                contest.Inconsistencies > 0 ? Tone.Bad : Tone.Good,
                "inconsistent balances: none wanted",
                Figures.Count(contest.Inconsistencies),
                ContestRules.Fine(contest.InconsistencyFine))
            .Add(Tone.Strong, "payment", "", Figures.Dollars(contest.Payment))
            .WriteTo(page);
        FailedChecks(page, contest);
        Scenarios(page, report, "us", "Latency in microseconds", Figures.Microseconds);
        var asTheContest = "The same in whole milliseconds, as the contest's own tester shows it";
        Scenarios(page, report, "ms", asTheContest, Figures.Milliseconds);
        page.Close();
    }

    private static void FailedChecks(MarkupWriter page, ContestReport contest)
    {
        if (contest.FailedChecks.Count == 0)
        {
            page.Element("p", "No check failed.", ("class", "all-good"));
            return;
        }

        var table = new HtmlTable(
            "contest-checks", "Checks that failed", "scenario", "times", "what the contest's log says");
        foreach (var check in contest.FailedChecks)
        {
            table.Add(Tone.Bad, check.Scenario, Figures.Count(check.Count), check.Message);
        }

        table.WriteTo(page, words: true);
    }

    private static void Scenarios(
        MarkupWriter page, RunReport report, string unit, string caption, Func<double, string> figure)
    {
        var table = new HtmlTable(
            "contest-" + unit,
            caption,
            ["scenario", "completed", "failed", .. ContestRules.Columns]);
        foreach (var scenario in report.Operations)
        {
            var latencies = ContestRules.Latencies(scenario.Latency).Select(figure);
            table.Add(
                scenario.Name,
                [Figures.Count(scenario.Completed), Figures.Count(scenario.Failed), .. latencies]);
        }

        table.WriteTo(page);
    }
}
