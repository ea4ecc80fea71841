using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>What a report says of a run, before it is drawn.</summary>
public sealed class ReportTests
{
    private static readonly RunReport s_run = SampleRuns.Everything;

    public static TheoryData<string, string, RunReport> Verdicts => new()
    {
        { "good", "All 744,000 requests were answered as they should be", SampleRuns.Closed },
        { "warning", "66 of 120,000 requests failed", SampleRuns.Open },
        {
            "good",
            "The contest pays in full: USD 100,000.00",
            SampleRuns.Closed with { Contest = new ContestReport(1, 0, 0, 0, 100_000, []) }
        },
        {
            "failed",
            "The contest pays USD 94,890.97, after USD 5,109.03 of fines",
            SampleRuns.Open with { Contest = s_run.Contest }
        },
        { "failed", "The bank broke its rules: the checks found 2 violations", s_run },
        {
            "good",
            "The highest rate that keeps p99=10ms is 9,600 requests/s",
            SampleRuns.Open with { FindMax = s_run.FindMax }
        },
        {
            "failed",
            "No rate that was tried keeps p99=10ms",
            SampleRuns.Open with { FindMax = s_run.FindMax! with { Rate = 0 } }
        },
        {
            "failed",
            "Worse than main by more than 5.00%: p50, p90, p99",
            SampleRuns.Open with { Baseline = s_run.Baseline }
        },
        { "failed", "No request was answered as it should be", SampleRuns.Empty },
        {
            "warning",
            "Interrupted, but all 744,000 requests were answered as they should be",
            SampleRuns.Closed with { Interrupted = true }
        },
    };

    [Theory]
    [MemberData(nameof(Verdicts), DisableDiscoveryEnumeration = true)]
    public void The_worst_thing_is_said(string word, string sentence, RunReport run)
    {
        var verdict = ReportBuilder.Of(run).Verdict;
        Assert.Equal((word, sentence), (verdict.Word, verdict.Sentence));
    }

    [Fact]
    public void Sections_are_those_that_the_run_has_something_for()
    {
        string[] special = ["contest", "checks", "find-max", "baseline"];
        string[] all =
        [
            "contest", "checks", "find-max", "time", "latency", "answers", "operations", "failures", "baseline",
            "environment",
        ];
        Assert.Equal(all, ReportBuilder.Of(s_run).Sections.Select(section => section.Id));
        Assert.Equal(all.Except(special), ReportBuilder.Of(SampleRuns.Closed).Sections.Select(section => section.Id));
    }

    [Fact]
    public void The_head_says_what_was_run_and_what_came_of_it()
    {
        var report = ReportBuilder.Of(SampleRuns.Open);
        Assert.Equal(
            [
                "http://127.0.0.1:9999", "open loop, 2,000 requests/s asked for, 64 connections",
                "220 débito : 110 crédito : 10 extrato", "60.0s after 5.00s of warm-up", "2024-03-10 12:30:00 UTC",
                "limits: 1.5 CPU, 550MB",
            ],
            report.Details);
        Assert.Contains("from the intended send times", report.Note, StringComparison.Ordinal);
        Assert.Contains("hide waiting", ReportBuilder.Of(SampleRuns.Closed).Note, StringComparison.Ordinal);
        Assert.Equal(
            [
                ("requests/s", "1,999"), ("requests", "120,000"), ("completed", "99.95%"), ("failed", "66"),
                ("p50", "449µs"), ("p90", "1.61ms"), ("p99", "6.36ms"), ("max", "389ms"),
            ],
            report.Cards.Select(card => (card.Name, card.Figure)));
        var retried = SampleRuns.Open with { Summary = s_run.Summary with { Retries = 1_234 } };
        Assert.Contains(new Card("1,234", "retries"), ReportBuilder.Of(retried).Cards);
        Assert.Equal(new Card("USD 94,890.97", "contest payment", Tone.Bad), ReportBuilder.Of(s_run).Cards[0]);
    }

    [Fact]
    public void The_contest_is_shown_to_the_microsecond_and_to_the_millisecond()
    {
        var tables = Tables("contest");
        Assert.Equal(
            ["USD 100,000.00", "−USD 2,700.00", "−USD 2,409.03", "USD 94,890.97"],
            tables[0].Rows.Select(row => row[^1].Text));
        Assert.Equal(2, tables[1].Rows.Count);
        Assert.Equal("débito 77,597 50 200 456 793 2,052 4,448 94,776 733", Text(tables[2].Rows[0]));
        Assert.Equal("débito 77,597 50 0 0 1 2 4 95 1", Text(tables[3].Rows[0]));
    }

    [Fact]
    public void A_check_has_a_mark_for_what_was_found()
    {
        var rows = Assert.Single(Tables("checks")).Rows;
        Assert.Equal("✓✓✗–", string.Concat(rows.Select(row => row[0].Text[0])));
        Assert.Equal([Tone.Good, Tone.Good, Tone.Bad, Tone.Muted], rows.Select(row => row[0].Tone));
        Assert.StartsWith("client 2: balance -41,280", rows[2][^1].Text, StringComparison.Ordinal);
        var unavailable = s_run with { Check = s_run.Check! with { Unavailable = 7 } };
        Assert.Contains(
            "7 were answered 503: not applied",
            Section(unavailable, "checks").Blocks.OfType<Paragraph>().Single().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_shows_its_steps_and_a_comparison_its_verdicts()
    {
        var steps = Assert.Single(Tables("find-max")).Rows;
        Assert.Equal("5 16,000/s 11,205/s 1.92s 812 missed", Text(steps[4]));
        Assert.Equal(("9 again", Tone.Good), (steps[8][0].Text, steps[8][^1].Tone));
        var metrics = Assert.Single(Tables("baseline")).Rows;
        Assert.Equal("rate 2,000/s 1,999/s ×0.999 same", Text(metrics[0]));
        Assert.Equal("p99 3.84ms 6.36ms ×1.656 worse", Text(metrics[3]));
    }

    [Fact]
    public void Answers_and_latencies_have_all_that_was_measured()
    {
        var bars = Section(s_run, "answers").Blocks.OfType<Bars>().ToArray();
        Assert.Equal(
            ["200 OK", "404 Not Found", "422 Unprocessable Content", "503 Service Unavailable", "no answer"],
            bars[0].Rows.Select(row => row.Name));
        Assert.Equal(45, bars[0].Rows[^1].Count);
        Assert.Equal("≤ 200µs", bars[1].Rows[0].Name);
        Assert.Equal(["", "from intended send", "uncorrected", "send delay"], Tables("latency")[0].Headings);
        Assert.Equal("débito 77,597 50 1,293/s 71,597 6,000 0", Text(Tables("operations")[0].Rows[0]));
        Assert.Equal("timeout 30 débito: no answer within 5s", Text(Tables("failures")[0].Rows[0]));
    }

    [Fact]
    public void Charts_have_this_runs_lines_and_the_saved_ones_dashed()
    {
        var charts = ReportBuilder.Of(s_run).Charts.ToArray();
        Assert.Equal(
            ["chart-find-max", "chart-rate", "chart-latency", "chart-distribution"], charts.Select(chart => chart.Id));
        Assert.Equal("completed|completed, main", Names(charts[1]));
        Assert.Equal("p50|p90|p99|max|p50, main|p90, main|p99, main|max, main", Names(charts[2]));
        Assert.Equal("from the intended send time|from the actual send time (uncorrected)|main", Names(charts[3]));
        Assert.All(charts[1..], chart => Assert.All(
            chart.Lines, line => Assert.Equal(line.Name.EndsWith("main", StringComparison.Ordinal), line.Dashed)));
        // A baseline that was saved before seconds had a p90 has no line of it.
        var before = s_run.Baseline!.Series.Select(second => second with { P90 = 0 }).ToArray();
        var old = RunCharts.Latency(s_run with { Baseline = s_run.Baseline with { Series = before } });
        Assert.Equal("p50|p90|p99|max|p50, main|p99, main|max, main", Names(old));
    }

    [Fact]
    public void The_rate_over_time_has_whole_seconds_and_a_hint_for_each()
    {
        var chart = RunCharts.Rate(SampleRuns.Closed with { Duration = 59.4 });
        Assert.Equal(59, chart.Lines[0].Points.Count);
        Assert.StartsWith("second 0: 12,400 completed, 0 failed, ", chart.Hints[0].Text, StringComparison.Ordinal);
        Assert.Equal("completed|failed", Names(RunCharts.Rate(SampleRuns.Silent)));
        // A second without answers has no latency: a gap, not the fastest one.
        Assert.All(
            RunCharts.Latency(SampleRuns.Silent).Lines.SelectMany(line => line.Points),
            point => Assert.True(double.IsNaN(point.Y)));
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Every_figure_is_a_number_and_every_row_as_wide_as_its_table(string sample)
    {
        var report = ReportBuilder.Of(SampleRuns.All[sample]);
        var blocks = report.Sections.SelectMany(section => section.Blocks).ToArray();
        Assert.All(blocks.OfType<Table>(), table =>
            Assert.All(table.Rows, row => Assert.Equal(table.Headings.Count, row.Count)));
        var texts = report.Cards.Select(card => card.Figure)
            .Concat(blocks.OfType<Table>().SelectMany(table => table.Rows.SelectMany(Texts)))
            .Concat(report.Charts.SelectMany(chart => chart.X.Ticks.Concat(chart.Y.Ticks)).Select(tick => tick.Label))
            .Concat(report.Charts.Select(chart => chart.Description));
        Assert.All(texts, text => Assert.DoesNotMatch("NaN|Infinity|∞", text));
    }

    private static Section Section(RunReport run, string id) =>
        ReportBuilder.Of(run).Sections.Single(section => section.Id == id);

    private static Table[] Tables(string section) => [.. Section(s_run, section).Blocks.OfType<Table>()];

    private static IEnumerable<string> Texts(IReadOnlyList<Cell> row) => row.Select(cell => cell.Text);

    private static string Text(IReadOnlyList<Cell> row) => string.Join(' ', Texts(row));

    private static string Names(Chart chart) => string.Join('|', chart.Lines.Select(line => line.Name));
}
