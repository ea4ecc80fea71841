using System.Text.Json.Nodes;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Fixtures;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.EndToEnd;

/// <summary>The published binary shows a journey.</summary>
public sealed class JourneyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void The_table_is_shown_and_the_files_are_written()
    {
        var (source, json, html) = (Saved(), _directory.File("journey.json"), _directory.File("journey.html"));

        var exit = LoadTester.Run("journey", source, "--json", json, "--html", html);

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        Assert.Contains("nginx-postgres-tuned", exit.Output, StringComparison.Ordinal);
        Assert.Equal(4, JsonNode.Parse(File.ReadAllText(json))!["stages"]!.AsArray().Count);
        Assert.EndsWith("</html>", File.ReadAllText(html).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_journey_or_not_there_is_said_in_one_line()
    {
        var file = _directory.File("no.json");
        File.WriteAllText(file, "{}");

        Assert.All(new[] { file, _directory.File("missing.json") }, path =>
        {
            var exit = LoadTester.Run("journey", path);

            Assert.Equal((1, ""), (exit.Code, exit.Output));
            Assert.StartsWith("Rinha.LoadTest: ", exit.Error, StringComparison.Ordinal);
            Assert.Contains(path, exit.Error, StringComparison.Ordinal);
            Assert.Equal(1, exit.Error.Count(character => character == '\n'));
        });
    }

    public void Dispose() => _directory.Dispose();

    private string Saved()
    {
        var path = _directory.File("source.json");
        using var file = File.Create(path);
        JourneyJson.Write(SampleJourney.Whole(), file);
        return path;
    }
}
