using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tests.Output;

// A report's content, before rendering.
public sealed class ReportTests
{
    private static readonly RunReport s_run = SampleRuns.Everything;

    public static TheoryData<string, string, RunReport> Verdicts => new()
    {
        { "good", "All 744,000 requests were answered correctly", SampleRuns.Closed },
        { "warning", "66 of 120,000 requests failed", SampleRuns.Open },
        {
            "good",
            "The contest pays in full: USD 100,000.00",
            SampleRuns.Closed with { Contest = new ContestReport(1, 0, 0, 0, 100_000, []) }
        },
        {
            "failed",
            "The contest pays USD 94,890.97, after USD 5,109.03 of fines; 66 requests failed",
            SampleRuns.Open with { Contest = s_run.Contest }
        },
        { "failed", "The bank broke its rules: the checks found 2 violations", s_run },
        {
            "good",
            "The highest rate that meets p99=10ms is 9,600 requests/s",
            SampleRuns.Open with { FindMax = s_run.FindMax }
        },
        {
            "failed",
            "No tested rate meets p99=10ms",
            SampleRuns.Open with { FindMax = s_run.FindMax! with { Rate = 0 } }
        },
        { "failed", "66 of 120,000 requests failed", Judged("failed > 0") },
        { "warning", "66 of 120,000 requests failed, as --max-failed allows", Judged("failed > 66") },
        { "failed", "Thresholds crossed: failed > 65 (66)", Judged("failed > 65") },
        {
            "failed",
            "66 of 120,000 requests failed; thresholds crossed: p99 > 1ms (9.90ms), rate < 2000/s (1,999/s)",
            Judged("failed > 0", "p99 > 1ms", "rate < 2000/s", "max > 1s")
        },
        {
            "warning",
            "Worse than main by more than 5.00%: p99",
            SampleRuns.Open with { Baseline = s_run.Baseline! with { FailsRun = false } }
        },
        { "failed", "Worse than main by more than 5.00%: p99", SampleRuns.Open with { Baseline = s_run.Baseline } },
        { "failed", "No request was answered correctly", SampleRuns.Empty },
        {
            "warning",
            "Interrupted, but all 744,000 requests were answered correctly",
            SampleRuns.Closed with { Interrupted = true }
        },
    };

    [Theory]
    [MemberData(nameof(Verdicts), DisableDiscoveryEnumeration = true)]
    public void The_verdict_is_the_worst_finding(string word, string sentence, RunReport run)
    {
        var verdict = ReportBuilder.Of(run).Verdict;
        Assert.Equal((word, sentence), (verdict.Word, verdict.Sentence));
    }

    [Fact]
    public void Sections_without_data_are_left_out()
    {
        string[] special = ["contest", "checks", "find-max", "thresholds", "baseline"];
        string[] all =
        [
            "contest", "checks", "find-max", "thresholds", "time", "latency", "answers", "operations", "failures",
            "baseline", "environment",
        ];
        Assert.Equal(all, ReportBuilder.Of(s_run).Sections.Select(section => section.Id));
        Assert.Equal(all.Except(special), ReportBuilder.Of(SampleRuns.Closed).Sections.Select(section => section.Id));
    }

    [Fact]
    public void The_head_describes_the_run_and_its_results()
    {
        var report = ReportBuilder.Of(SampleRuns.Open);
        Assert.Equal(
            [
                "http://127.0.0.1:9999", "open loop, target 2,000 requests/s, 64 connections",
                "220 debit : 110 credit : 10 statement", "60.0s after 5.00s of warm-up", "2024-03-10 12:30:00 UTC",
                "limits: 1.5 CPU, 550MB",
            ],
            report.Details);
        Assert.Contains("from the intended send times", report.Note, StringComparison.Ordinal);
        Assert.Contains("hide queueing", ReportBuilder.Of(SampleRuns.Closed).Note, StringComparison.Ordinal);
        Assert.Equal(
            "requests/s 1,999, requests 120,000, completed 99.95%, failed 66, p50 5.00ms, p90 9.00ms, p99 9.90ms, "
                + "max 10.0ms",
            string.Join(", ", report.Cards.Select(card => $"{card.Name} {card.Value}")));
        var retried = SampleRuns.Open with { Summary = s_run.Summary with { Retries = 1_234 } };
        Assert.Contains(new Card("1,234", "retries"), ReportBuilder.Of(retried).Cards);
        Assert.Equal(new Card("USD 94,890.97", "contest payment", Tone.Bad), ReportBuilder.Of(s_run).Cards[0]);
    }

    [Fact]
    public void Every_section_has_its_findings()
    {
        AssertRow("validações 2 but found 0", Tables("contest")[1]);
        var checks = Tables("checks")[0].Rows;
        Assert.Equal("✓✗–", string.Concat(checks.Select(row => row[0].Text[0])));
        Assert.Equal([Tone.Good, Tone.Bad, Tone.Muted], checks.Select(row => row[0].Tone));
        Assert.Equal("client 2: balance -41,280", checks[1][^1].Text);
        AssertRow("2 16,000/s 11,205/s 1.92s 812 missed", Tables("find-max")[0], 1);
        AssertRow("p99 3.84ms 6.36ms ×1.656 ±5.00% worse", Tables("baseline")[0], 1);
        AssertRow("failed > 0.1% 0.06% passed", Tables("thresholds")[0]);
        AssertRow("debit.p99 > 10ms 12.3ms failed", Tables("thresholds")[0], 1);
        AssertRow("credit.p99 > 10ms nothing measured failed", Tables("thresholds")[0], 2);
        AssertRow("200 OK 113,954 94.96% ", Tables("answers")[0]);
        AssertRow("no answer 45 0.04% ", Tables("answers")[0], 4);
        AssertRow("debit 77,597 50 1,293/s 71,597 6,000 0", Tables("operations")[0]);
        AssertRow("timeout 30 Debit of client 3", Tables("failures")[0]);
        var unavailable = s_run with { Check = s_run.Check! with { Unavailable = 7 } };
        Assert.Contains(
            "7 were answered 503: not applied",
            Section(unavailable, "checks").Blocks.OfType<Paragraph>().Single().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_show_the_baselines_lines_dashed()
    {
        var charts = ReportBuilder.Of(s_run).Charts.ToArray();
        Assert.Equal(
            ["chart-find-max", "chart-rate", "chart-latency", "chart-distribution"], charts.Select(chart => chart.Id));
        Assert.Equal("completed|completed, main", Names(charts[1]));
        Assert.Equal("p50|p90|p99|max|p50, main|p90, main|p99, main|max, main", Names(charts[2]));
        Assert.Equal("from the intended send time|from the actual send time (uncorrected)|main", Names(charts[3]));
        Assert.All(charts[1..], chart => Assert.All(
            chart.Lines, line => Assert.Equal(line.Name.EndsWith("main", StringComparison.Ordinal), line.Dashed)));
    }

    [Fact]
    public void The_rate_over_time_has_whole_seconds_and_latencies_have_gaps()
    {
        Assert.Equal(59, RunCharts.Rate(SampleRuns.Closed with { Duration = 59.4 }).Lines[0].Points.Count);
        Assert.Equal("failed", Names(RunCharts.Rate(SampleRuns.Silent)));
        Assert.Empty(RunCharts.Latency(SampleRuns.Silent).Lines);
        var paused = SampleRuns.Closed.Series.Append(new SecondReport(60, 0, 0, 0, 0, 0)).ToArray();
        Assert.All(
            RunCharts.Latency(SampleRuns.Closed with { Series = paused }).Lines,
            line => Assert.True(double.IsNaN(line.Points[^1].Y)));
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Every_value_is_finite_and_every_row_as_wide_as_its_table(string sample)
    {
        var report = ReportBuilder.Of(SampleRuns.All[sample]);
        var tables = report.Sections.SelectMany(section => section.Blocks).OfType<Table>().ToArray();
        Assert.All(tables, table => Assert.All(table.Rows, row => Assert.Equal(table.Headings.Count, row.Count)));
        var texts = report.Cards.Select(card => card.Value)
            .Concat(tables.SelectMany(table => table.Rows.SelectMany(row => row.Select(cell => cell.Text))))
            .Concat(report.Charts.SelectMany(chart => chart.X.Ticks.Concat(chart.Y.Ticks)).Select(tick => tick.Label))
            .Concat(report.Charts.Select(chart => chart.Description));
        Assert.All(texts, text => Assert.DoesNotMatch("NaN|Infinity|∞", text));
    }

    [Fact]
    public void Widely_spread_latencies_get_a_logarithmic_axis_and_every_nine_the_same_width()
    {
        var latency = AxisScale.Latency([0.000_31, 0.000_9, 1.2]);
        var percentile = AxisScale.Percentile(0.9999);

        Assert.False(AxisScale.Latency([0.001, 0.0042]).IsLogarithmic);
        Assert.Equal(["1ms", "10ms", "100ms", "1s"], latency.Ticks.Select(tick => tick.Label));
        Assert.Equal([0.25, 0.5, 1], new[] { 0.9, 0.99, 1 }.Select(share => Math.Round(percentile.Position(share), 6)));
    }

    private static RunReport Judged(params string[] conditions) => SampleRuns.Open with
    {
        Thresholds =
        [
            .. conditions.Select(text => Threshold.TryParse(text, out var threshold)
                ? threshold.Judge(SampleRuns.Open)
                : throw new ArgumentException(text)),
        ],
    };

    private static Section Section(RunReport run, string id) =>
        ReportBuilder.Of(run).Sections.Single(section => section.Id == id);

    private static Table[] Tables(string section) => [.. Section(s_run, section).Blocks.OfType<Table>()];

    private static void AssertRow(string expected, Table table, int row = 0) =>
        Assert.Equal(expected, string.Join(' ', table.Rows[row].Select(cell => cell.Text)));

    private static string Names(Chart chart) => string.Join('|', chart.Lines.Select(line => line.Name));
}
