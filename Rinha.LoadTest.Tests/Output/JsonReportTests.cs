using System.Text.Json;
using System.Text.Json.Nodes;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

public sealed class JsonReportTests
{
    // Ten minutes and whole distributions would only make the golden file long; one short sample with everything does.
    [Fact]
    public void The_document_is_the_golden_one() => GoldenFile.Matches("everything.json", Rendered.Json(Everything()));

    [Theory]
    [MemberData(nameof(SampleReports.Names), MemberType = typeof(SampleReports))]
    public void What_is_read_back_is_written_the_same(string sample)
    {
        var json = Rendered.Json(SampleReports.All[sample]);
        Assert.Equal(json, Rendered.Json(Rendered.FromJson(json)));
    }

    [Fact]
    public void Reading_gives_the_same_values()
    {
        var report = SampleReports.Open();
        var read = Rendered.FromJson(Rendered.Json(report));
        Assert.Equal(report.Environment, read.Environment);
        Assert.Equal(report.StartedAt, read.StartedAt);
        Assert.Equal(report.Summary.Rate, read.Summary.Rate);
        Assert.Equal(report.Summary.Statuses, read.Summary.Statuses);
        Assert.Equal(report.Latency.Distribution, read.Latency.Distribution);
        Assert.Equal(report.Failures, read.Failures);
        Assert.Equal(report.Series, read.Series);
        Assert.Null(read.Contest);
    }

    [Fact]
    public void Names_are_camel_case_and_kinds_are_words()
    {
        var json = JsonNode.Parse(Rendered.Json(SampleReports.Open()))!;
        Assert.Equal(RunReport.CurrentSchema, (string?)json["schema"]);
        Assert.Equal(1998.9, (double)json["summary"]!["rate"]!);
        Assert.Equal("unexpectedStatus", (string?)json["failures"]![1]!["kind"]);
        Assert.True(json.AsObject().ContainsKey("contest"));
        Assert.Null(json["contest"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"schema\":")]
    public void What_is_no_report_is_refused(string json) =>
        Assert.Throws<JsonException>(() => Rendered.FromJson(json));

    [Fact]
    public void Another_schema_is_refused()
    {
        var json = Rendered.Json(SampleReports.Closed() with { Schema = "rinha-load/2" });
        var exception = Assert.Throws<JsonException>(() => Rendered.FromJson(json));
        Assert.Contains("rinha-load/2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_is_refused()
    {
        var json = JsonNode.Parse(Rendered.Json(SampleReports.Closed()))!;
        json["summary"] = null;
        Assert.Throws<JsonException>(() => Rendered.FromJson(json.ToJsonString()));
    }

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        var json = JsonNode.Parse(Rendered.Json(SampleReports.Closed()))!;
        json["mood"] = "good";
        Assert.Equal(12_400, Rendered.FromJson(json.ToJsonString()).Summary.Rate);
    }

    [Fact]
    public void Retries_and_answers_of_503_are_only_there_where_there_are_any()
    {
        var without = SampleReports.Checked();
        var with = without with
        {
            Summary = without.Summary with { Retries = 0 },
            Check = without.Check! with { Unavailable = 7 },
        };

        var json = JsonNode.Parse(Rendered.Json(without))!;
        Assert.False(json["summary"]!.AsObject().ContainsKey("retries"));
        Assert.False(json["check"]!.AsObject().ContainsKey("unavailable"));
        Assert.Null(Rendered.FromJson(json.ToJsonString()).Summary.Retries);
        var read = Rendered.FromJson(Rendered.Json(with));
        Assert.Equal((0, 7), (read.Summary.Retries, read.Check!.Unavailable));
    }

    [Fact]
    public void A_report_that_was_saved_before_seconds_had_a_p90_is_read()
    {
        var json = JsonNode.Parse(Rendered.Json(SampleReports.Closed()))!;
        foreach (var second in json["series"]!.AsArray())
        {
            Assert.True(second!.AsObject().Remove("p90"));
        }

        Assert.All(Rendered.FromJson(json.ToJsonString()).Series, second => Assert.Equal(0, second.P90));
    }

    private static RunReport Everything()
    {
        var report = SampleReports.Compared();
        return report with
        {
            Latency = Short(report.Latency),
            UncorrectedLatency = Short(report.UncorrectedLatency!),
            SendDelay = Short(report.SendDelay!),
            Operations = [.. report.Operations.Take(1).Select(operation => operation with
            {
                Latency = Short(operation.Latency),
                UncorrectedLatency = Short(operation.UncorrectedLatency!),
            })],
            Series = [.. report.Series.Take(2)],
            Contest = SampleContest.Fined().Contest,
            Check = SampleReports.Checked().Check,
            FindMax = SampleReports.Searched().FindMax,
            Baseline = report.Baseline! with
            {
                Series = [.. report.Baseline.Series.Take(2)],
                Distribution = [.. report.Baseline.Distribution.Take(2)],
            },
        };
    }

    private static LatencyReport Short(LatencyReport latency) => latency with
    {
        Distribution = [.. latency.Distribution.Take(2)],
        Histogram = [.. latency.Histogram.Take(2)],
    };
}
