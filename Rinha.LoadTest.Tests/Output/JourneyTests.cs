using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rinha.LoadTest.Journey;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>A journey's medians, its document and its tables.</summary>
public sealed class JourneyTests
{
    [Fact]
    public void Each_figure_is_the_median_of_its_own_turns()
    {
        var stage = SampleJourney.Stage("caddy-postgres", 1_000, 0.010);

        var closed = stage.Under(JourneyReport.Closed)!;
        var open = stage.Under(JourneyReport.Open)!;

        Assert.Equal((3, 5_603L, 3L), (closed.Turns, closed.Requests, closed.Failed));
        Assert.Equal((1_000, 0.010, 0.1), (closed.Rate, closed.P50, closed.P99));
        Assert.Equal(339.75, open.Rate);
        Assert.Null(stage.Under("another"));
    }

    [Fact]
    public void Cpu_time_is_divided_by_all_requests_of_the_turn()
    {
        var cpuUs = SampleJourney.Stage("caddy-postgres", 1_000, 0.010).Under(JourneyReport.Closed)!.CpuUs;

        Assert.Equal(["api01", "api02", "caddy", "db"], cpuUs.Keys.Order());
        Assert.Equal(40 * 2_000 / 2_001.0, cpuUs["caddy"], 1e-9);
    }

    [Fact]
    public void What_is_written_is_read_back_with_medians_that_nobody_needs_to_read()
    {
        var json = Written(SampleJourney.Whole());
        var document = JsonNode.Parse(json)!;

        Assert.Equal(json, Written(Read(json)));
        Assert.Equal(5_000, (double)document["stages"]![3]!["medians"]!["closed"]!["rate"]!);
        foreach (var stage in document["stages"]!.AsArray())
        {
            stage!.AsObject().Remove("medians");
        }

        Assert.Equal(json, Written(Read(document.ToJsonString())));
    }

    [Fact]
    public void A_turn_may_have_a_whole_report()
    {
        var document = JsonNode.Parse(Written(SampleJourney.Whole()))!;
        var turn = document["stages"]![0]!["turns"]![0]!.AsObject();
        var report = SampleReports.Closed();
        turn["report"] = JsonNode.Parse(Rendered.Json(report));

        var read = Read(document.ToJsonString());

        var result = read.Stages[0].Turns[0].Report;
        Assert.Equal(report.Summary.Rate, result.Summary.Rate);
        Assert.Equal(report.Latency.P999, result.Latency.P999);
        Assert.DoesNotContain("distribution", Written(read), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"schema\":")]
    public void What_is_no_journey_is_refused(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void Another_schema_and_no_stage_are_refused()
    {
        var another = SampleJourney.Whole() with { Schema = "rinha-journey/2" };
        var empty = SampleJourney.Of();

        Assert.Contains("rinha-journey/2", Refusal(another), StringComparison.Ordinal);
        Assert.Contains("no stage", Refusal(empty), StringComparison.Ordinal);
    }

    /// <summary>See <see cref="GoldenFile"/> for how to renew the text.</summary>
    [Fact]
    public void The_text_is_the_golden_one() =>
        GoldenFile.Matches("journey.txt", Text(SampleJourney.Whole()));

    [Fact]
    public void The_text_fits_into_120_columns_and_ends_no_line_with_blanks() =>
        Assert.All(Text(SampleJourney.Whole()).Split('\n'), line =>
        {
            Assert.InRange(line.Length, 0, 120);
            Assert.Equal(line.TrimEnd(), line);
        });

    [Fact]
    public void What_was_not_measured_is_said()
    {
        var text = Text(SampleJourney.Short());

        Assert.Contains("medians of 1 turn of 2 s", text, StringComparison.Ordinal);
        Assert.DoesNotContain("simulation in its short form", text, StringComparison.Ordinal);
        Assert.Equal(7, text.Split("not measured").Length - 1);
    }

    [Fact]
    public void Claims_are_about_the_stages_of_their_names()
    {
        var claims = Claims.Of(SampleJourney.Whole()).ToDictionary(claim => claim.What, claim => claim.Found);

        Assert.Equal("at most 59.5MB of 60MB, 12 times full, 2 times killed", claims["first stage: its proxy"]);
        Assert.Equal("×2.000", claims["last step: requests/s"]);
        Assert.Equal("×0.250", claims["last step: p50"]);
        Assert.Equal("5,000", claims["last stage: requests/s"]);
        Assert.Equal("500µs", claims["last stage at 340/s: p50"]);
    }

    private static string Refusal(JourneyReport report) =>
        Assert.Throws<JsonException>(() => Read(Written(report))).Message;

    private static string Text(JourneyReport report)
    {
        var writer = new StringWriter();
        JourneyText.Write(report, writer);
        return writer.ToString();
    }

    private static string Written(JourneyReport report)
    {
        var stream = new MemoryStream();
        JourneyJson.Write(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JourneyReport Read(string json) => JourneyJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
