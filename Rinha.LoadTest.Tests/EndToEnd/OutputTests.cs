using System.Xml.Linq;

namespace Rinha.LoadTest.Tests.EndToEnd;

/// <summary>What the published binary writes where.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StubBank _bank = new();

    [Fact]
    public void Json_is_alone_on_the_standard_output()
    {
        var exit = LoadTester.Run("load", _bank.Url, "-n", "1000", "-o", "json", "--seed", "7", "--limits", "none");

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        var report = Reports.Read(exit.Output);
        Assert.Equal((1_000, 0), (report.Summary.Completed, report.Summary.Failed));
        Assert.Equal(("closed", 14, 7), (report.Mode, report.Connections, report.Seed));
        Assert.Equal((_bank.Url, "none"), (report.Environment.Target, report.Environment.Limits));
        Assert.Contains("load", report.Environment.Command, StringComparison.Ordinal);
        Assert.Equal(1_000, _bank.Served);
    }

    [Theory]
    [InlineData("json", "{")]
    [InlineData("html", "<!DOCTYPE html>")]
    [InlineData("svg", "<?xml")]
    public void A_report_goes_into_its_file_in_place_of_what_was_there_and_text_is_shown(string format, string start)
    {
        var file = _directory.File("report");
        File.WriteAllText(file, new string('x', 1_000_000));

        var exit = LoadTester.Run("load", _bank.Url, "-n", "100", "-o", format, "-O", file);

        Assert.Equal(0, exit.Code);
        var report = File.ReadAllText(file);
        Assert.StartsWith(start, report, StringComparison.Ordinal);
        Assert.Contains(_bank.Url, report, StringComparison.Ordinal);
        Assert.DoesNotContain("xxx", report, StringComparison.Ordinal);
        Assert.EndsWith($"report: {file}\n", exit.Output, StringComparison.Ordinal);
        AssertText(exit.Output);
    }

    [Fact]
    public void Svg_is_alone_on_the_standard_output()
    {
        var shown = LoadTester.Run("load", _bank.Url, "-n", "100", "-o", "svg");

        Assert.Equal((0, ""), (shown.Code, shown.Error));
        Assert.Contains(_bank.Url, XDocument.Parse(shown.Output).Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_gets_text_without_control_codes()
    {
        var exit = LoadTester.Run("load", _bank.Url, "-d", "1500ms");

        Assert.Equal(0, exit.Code);
        AssertText(exit.Output);
        AssertText(exit.Error);
        // A line of progress each second, apart from the report.
        Assert.InRange(exit.Error.Split('\n').Length - 1, 1, 2);
        Assert.Contains("/0:02", exit.Error, StringComparison.Ordinal);
        Assert.Contains("débito", exit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_shows_nothing_but_the_report()
    {
        var exit = LoadTester.Run("load", _bank.Url, "-d", "1500ms", "--quiet");

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        AssertText(exit.Output);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_said_in_one_line()
    {
        var exit = LoadTester.Run("load", _bank.Url, "-n", "10", "-o", "json", "-O", _directory.File("no/report.json"));

        Assert.Equal(1, exit.Code);
        Assert.StartsWith("Rinha.LoadTest: ", exit.Error, StringComparison.Ordinal);
        Assert.Equal(1, exit.Error.Count(character => character == '\n'));
    }

    [Fact]
    public void A_search_reports_its_steps()
    {
        var exit = LoadTester.Run(
            "load", _bank.Url, "--find-max", "--slo", "max=1us", "-d", "100ms", "-o", "json");

        Assert.Equal(0, exit.Code);
        var search = Reports.Read(exit.Output).FindMax!;
        Assert.Equal(("max=1us", 0.0), (search.Objective, search.Rate));
        Assert.Equal([500, 1], search.Steps.Select(step => step.Rate));
    }

    [Fact]
    public void An_open_loop_is_one()
    {
        var exit = LoadTester.Run(
            "load", _bank.Url, "-r", "100.5", "-d", "1s", "-c", "3", "-w", "100ms", "--mix", "0:1:0", "-o", "json");

        Assert.Equal(0, exit.Code);
        var report = Reports.Read(exit.Output);
        Assert.Equal(("open", 100.5, 3, 0.1), (report.Mode, report.TargetRate, report.Connections, report.WarmUp));
        Assert.Equal([0, 1, 0], report.Mix);
        Assert.InRange(report.Summary.Requests, 100, 102);
        Assert.NotNull(report.UncorrectedLatency);
        Assert.NotNull(report.SendDelay);
    }

    public void Dispose()
    {
        _bank.Dispose();
        _directory.Dispose();
    }

    private static void AssertText(string text)
    {
        Assert.NotEmpty(text);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, character => char.IsControl(character) && character != '\n');
    }
}
