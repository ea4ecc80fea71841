using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Output.Text;

/// <summary>The contest's score, its checks, and each scenario at our resolution and at the contest's.</summary>
internal static class ContestSection
{
    private const int MessageCharsMax = 160;

    public static void Write(TextPage page, RunReport report)
    {
        if (report.Contest is not { } contest)
        {
            return;
        }

        var full = contest.Payment >= ContestRules.FullPayment;
        page.Heading("Contest");
        page.Field("Payment", new Phrase(Figures.Dollars(contest.Payment), full ? Tone.Good : Tone.Bad));
        page.Field(
            "On time",
            $"{Figures.Percent(contest.OnTimeShare)} right and within 250 ms, "
            + $"{Figures.Percent(1 - contest.OnTimeShare)} not: ",
            Fine(contest.LateFine));
        var inconsistencies = $"{Figures.Count(contest.Inconsistencies)} balances: ";
        page.Field("Inconsistent", inconsistencies, Fine(contest.InconsistencyFine));
        page.Field("Failed checks", Figures.Count(contest.FailedChecks.Sum(check => check.Count)));
        foreach (var check in contest.FailedChecks)
        {
            page.Line($"    {Figures.Count(check.Count)} × ", new Phrase(check.Scenario, Tone.Bad));
            page.Line("      " + Words.OneLine(check.Message, MessageCharsMax));
        }

        page.Heading("Contest scenarios, latency in microseconds");
        Scenarios(page, report, Figures.Microseconds);
        page.Heading("Contest scenarios, latency in whole milliseconds as the contest's own tester shows it");
        Scenarios(page, report, Figures.Milliseconds);
    }

    private static void Scenarios(TextPage page, RunReport report, Func<double, string> figure)
    {
        var table = new TextTable(["", "completed", "failed", .. ContestRules.Columns]);
        foreach (var scenario in report.Operations)
        {
            var latencies = ContestRules.Latencies(scenario.Latency).Select(seconds => (Phrase)figure(seconds));
            Phrase[] requests = [Figures.Count(scenario.Completed), Figures.Count(scenario.Failed)];
            table.Add([scenario.Name, .. requests, .. latencies]);
        }

        table.WriteTo(page);
    }

    private static Phrase Fine(double amount) => amount > 0
        ? new Phrase("fine " + Figures.Dollars(amount), Tone.Bad)
        : new Phrase("no fine", Tone.Good);
}
