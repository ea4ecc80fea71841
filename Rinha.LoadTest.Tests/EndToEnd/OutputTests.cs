namespace Rinha.LoadTest.Tests.EndToEnd;

// The published binary's output and files.
public sealed class OutputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StubBank _bank = new();

    [Fact]
    public void Json_is_alone_on_standard_output()
    {
        var exit = LoadTester.Run(
            "load", _bank.Url, "-n", "1000", "--quiet", "-o", "json", "--seed", "7", "--limits", "none");

        Assert.Equal((0, ""), (exit.Code, exit.Error));
        var report = Reports.Read(exit.Output);
        Assert.Equal((1_000, 0), (report.Summary.Completed, report.Summary.Failed));
        Assert.Equal(("closed", 14, 7), (report.Mode, report.Connections, report.Seed));
        Assert.Equal((_bank.Url, "none"), (report.Environment.Target, report.Environment.Limits));
        Assert.Contains("load", report.Environment.Command, StringComparison.Ordinal);
        Assert.Equal(1_000, _bank.Served);
    }

    [Theory]
    [InlineData("html", "<!doctype html>", "</html>")]
    [InlineData("svg", "<?xml", "</svg>")]
    [InlineData("json", "{", "}")]
    public void A_report_replaces_its_file_and_the_text_report_is_printed(
        string format, string start, string end)
    {
        var file = _directory.File("report");
        File.WriteAllText(file, new string('x', 1_000_000));

        var exit = LoadTester.Run("load", _bank.Url, "-n", "100", "-o", format, "-O", file);

        var written = File.ReadAllText(file).TrimEnd();
        Assert.StartsWith(start, written, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(end, written, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(_bank.Url, written, StringComparison.Ordinal);
        Assert.Equal(0, exit.Code);
        Assert.EndsWith($"report: {file}\n", exit.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(start, exit.Output, StringComparison.OrdinalIgnoreCase);
        AssertText(exit.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pipe_gets_text_without_control_codes_and_progress_lines_unless_quiet(
        bool quiet)
    {
        var exit = LoadTester.Run(["load", _bank.Url, "-d", "4s", .. quiet ? ["--quiet"] : Array.Empty<string>()]);

        Assert.Equal(0, exit.Code);
        AssertText(exit.Output);
        Assert.Contains("debit", exit.Output, StringComparison.Ordinal);
        Assert.Equal(quiet, exit.Error.Length == 0);
        Assert.All(
            exit.Error.Split('\n').SkipLast(1),
            (line, at) => Assert.Contains(at == 0 ? $"ledger of {_bank.Url}" : "/0:04  ", line));
    }

    [Fact]
    public void An_unwritable_file_is_reported_in_one_line()
    {
        var exit = LoadTester.Run(
            "load", _bank.Url, "-n", "10", "--quiet", "-o", "json", "-O", _directory.File("no/report.json"));

        Assert.Equal(1, exit.Code);
        Assert.Matches(@"^Rinha\.LoadTest: [^\n]+\n$", exit.Error);
    }

    [Fact]
    public void An_open_loop_and_a_search_are_reported()
    {
        var exit = LoadTester.Run(
            "load", _bank.Url, "-r", "100.5", "-d", "1s", "-c", "3", "-w", "100ms", "--mix", "0:1:0", "-o", "json");

        Assert.Equal(0, exit.Code);
        var report = Reports.Read(exit.Output);
        Assert.Equal(("open", 100.5, 3, 0.1), (report.Mode, report.TargetRate, report.Connections, report.WarmUp));
        Assert.Equal([0, 1, 0], report.Mix);
        Assert.InRange(report.Summary.Requests, 100, 102);
        Assert.NotNull(report.SendDelay);
        exit = LoadTester.Run("load", _bank.Url, "--find-max", "--slo", "max=1us", "-d", "100ms", "-o", "json");
        Assert.Equal(1, exit.Code);
        Assert.Equal([500, 1], Reports.Read(exit.Output).FindMax!.Steps.Select(step => step.Rate));
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
