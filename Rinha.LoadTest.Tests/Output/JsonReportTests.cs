using System.Text.Json.Nodes;

namespace Rinha.LoadTest.Tests.Output;

public sealed class JsonReportTests
{
    // It has every field; what reading or writing lost would be missing in the copy.
    [Fact]
    public void The_document_is_the_golden_one() =>
        Assert.Equal(SampleRuns.Golden("everything.json"), SampleRuns.ToJson(SampleRuns.Everything));

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void What_is_read_back_is_written_the_same(string sample)
    {
        var json = SampleRuns.ToJson(SampleRuns.All[sample]);
        Assert.Equal(json, SampleRuns.ToJson(SampleRuns.FromJson(json)));
    }

    [Fact]
    public void Names_are_camel_case_and_kinds_are_words()
    {
        var json = JsonNode.Parse(SampleRuns.ToJson(SampleRuns.Open))!;
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
        Assert.Throws<JsonException>(() => SampleRuns.FromJson(json));

    [Fact]
    public void Another_schema_is_refused()
    {
        var json = SampleRuns.ToJson(SampleRuns.Closed with { Schema = "rinha-load/2" });
        var exception = Assert.Throws<JsonException>(() => SampleRuns.FromJson(json));
        Assert.Contains("rinha-load/2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_is_refused()
    {
        var json = JsonNode.Parse(SampleRuns.ToJson(SampleRuns.Closed))!;
        json["summary"] = null;
        Assert.Throws<JsonException>(() => SampleRuns.FromJson(json.ToJsonString()));
    }

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        var json = JsonNode.Parse(SampleRuns.ToJson(SampleRuns.Closed))!;
        json["mood"] = "good";
        Assert.Equal(12_400, SampleRuns.FromJson(json.ToJsonString()).Summary.Rate);
    }

    [Fact]
    public void Retries_and_answers_of_503_are_only_there_where_there_are_any()
    {
        var without = SampleRuns.Everything;
        var with = without with
        {
            Summary = without.Summary with { Retries = 0 },
            Check = without.Check! with { Unavailable = 7 },
        };

        var json = JsonNode.Parse(SampleRuns.ToJson(without))!;
        Assert.False(json["summary"]!.AsObject().ContainsKey("retries"));
        Assert.False(json["check"]!.AsObject().ContainsKey("unavailable"));
        Assert.Null(SampleRuns.FromJson(json.ToJsonString()).Summary.Retries);
        var read = SampleRuns.FromJson(SampleRuns.ToJson(with));
        Assert.Equal((0, 7), (read.Summary.Retries, read.Check!.Unavailable));
    }

    [Fact]
    public void A_report_that_was_saved_before_seconds_had_a_p90_is_read()
    {
        var json = JsonNode.Parse(SampleRuns.ToJson(SampleRuns.Closed))!;
        foreach (var second in json["series"]!.AsArray())
        {
            Assert.True(second!.AsObject().Remove("p90"));
        }

        Assert.All(SampleRuns.FromJson(json.ToJsonString()).Series, second => Assert.Equal(0, second.P90));
    }
}
