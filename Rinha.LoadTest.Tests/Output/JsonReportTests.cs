using System.Text.Json.Nodes;

namespace Rinha.LoadTest.Tests.Output;

public sealed class JsonReportTests
{
    // The fields that programs read (docs/load-report.md). Add new ones here; a missing one breaks programs.
    private const string Fields = """
        schema environment.command .version .target .processor .cores .system .limits mode connections targetRate mix
        seed startedAt duration warmUp interrupted
        summary.requests .completed .failed .rate .successShare .statuses.422 .200 .503 .404 summary.retries
        latency.count .mean .standardDeviation .min .p50 .p75 .p90 .p95 .p99 .p999 .p9999 .max
        latency.distribution.share .seconds latency.histogram.upToSeconds .count
        uncorrectedLatency sendDelay
        operations.name .completed .failed .rate .statuses.200 .422 operations.latency operations.uncorrectedLatency
        failures.kind .count .example series.second .completed .failed .p50 .p99 .max .p90
        contest.onTimeShare .lateFine .inconsistencies .inconsistencyFine .payment
        contest.failedChecks.scenario .message .count
        check.acknowledged .refused .unknown check.checks.name .made .violations .example check.unavailable
        findMax.objective .rate findMax.steps.rate .achieved .latency .failed .met .confirmation
        baseline.name .noiseThreshold baseline.comparisons.metric .before .now .ratio .verdict .noise
        baseline.regressed baseline.series baseline.distribution baseline.failsRun
        thresholds.expression .unit .value .passed verdict.passed .sentence
        """;

    [Fact]
    public void The_document_has_the_fields_that_programs_read()
    {
        var run = SampleRuns.Everything;
        run = run with
        {
            Summary = run.Summary with { Retries = 7 },
            Check = run.Check! with { Unavailable = 7 },
        };
        var expected = new List<string>();
        foreach (var field in Fields.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var last = expected.LastOrDefault("");
            expected.Add(field[0] == '.' ? last[..last.LastIndexOf('.')] + field : field);
        }

        string[] shortened = ["uncorrectedLatency", "sendDelay", "operations.latency", "operations.uncorrectedLatency",
            "baseline.series", "baseline.distribution"];
        Assert.Equal(expected, Paths(JsonNode.Parse(SampleRuns.ToJson(run))!, "", shortened));
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void A_report_round_trips(string sample)
    {
        var run = SampleRuns.All[sample];
        Assert.Equivalent(run, SampleRuns.FromJson(SampleRuns.ToJson(run)), strict: true);
    }

    [Fact]
    public void Kinds_are_words_and_absent_parts_are_null_or_missing()
    {
        var json = JsonNode.Parse(SampleRuns.ToJson(SampleRuns.Open))!;
        Assert.Equal("unexpectedStatus", (string?)json["failures"]![1]!["kind"]);
        Assert.True(json.AsObject().ContainsKey("contest"));
        Assert.Null(json["contest"]);
        Assert.False(json["summary"]!.AsObject().ContainsKey("retries"));
    }

    [Fact]
    public void Compatible_reports_are_read_and_other_documents_rejected()
    {
        var json = JsonNode.Parse(SampleRuns.ToJson(SampleRuns.Closed))!;
        json["mood"] = "good";
        Assert.True(json["series"]![0]!.AsObject().Remove("p90"));
        json["schema"] = "rinha-load/1";
        var report = SampleRuns.FromJson(json.ToJsonString());
        Assert.Equal((12_400, 0), (report.Summary.Rate, report.Series[0].P90));
        json["summary"] = null;
        var other = SampleRuns.ToJson(SampleRuns.Closed with { Schema = "rinha-load/3" });
        Assert.All(["", "null", "{}", "{\"schema\":", json.ToJsonString(), other], text =>
            Assert.Throws<JsonException>(() => SampleRuns.FromJson(text)));
    }

    // For a list, the paths of its first item.
    private static IEnumerable<string> Paths(JsonNode? node, string path, string[] shortened) => node switch
    {
        _ when shortened.Contains(path) => [path],
        JsonObject members => members.SelectMany(member =>
            Paths(member.Value, path.Length == 0 ? member.Key : $"{path}.{member.Key}", shortened)),
        JsonArray { Count: > 0 } list => Paths(list[0], path, shortened),
        _ => [path],
    };
}
