namespace Rinha.LoadTest.Tests;

/// <summary>Which part of the load tester may know which: an engine below, what shows it above, no circles.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData("Http", "Check Contest Collect Output Tui Top Commands")]
    [InlineData("Run", "Contest Output Tui Top Commands")]
    [InlineData("Check", "Collect Output Tui Top Commands")]
    [InlineData("Contest", "Output Tui Top Commands")]
    [InlineData("Stats", "Run Check Contest Collect Output Tui Top Commands")]
    [InlineData("Output", "Run Check Contest Collect Tui Top Commands")]
    [InlineData("Collect", "Run Check Contest Tui Top Commands")]
    [InlineData("Tui", "Run Check Contest Top Commands")]
    [InlineData("Top", "Run Check Contest Commands")]
    public void A_layer_knows_only_those_below(string layer, string above) => AssertNone(
        from file in Files(layer)
        from other in above.Split(' ')
        where File.ReadAllText(file).Contains($"Rinha.LoadTest.{other}", StringComparison.Ordinal)
        select $"{file}: {other}");

    [Fact]
    public void The_model_of_a_report_knows_no_renderer()
    {
        string[] drawing = ["TextReport", "HtmlReport", "SvgReport", "ChartDrawing", "Markup", "XElement"];
        AssertNone(
            from file in Files("Output")
            let name = Path.GetFileNameWithoutExtension(file)
            where name is "Report" or "ReportBuilder" or "AxisScale" or "RunCharts" or "Verdict" or "Format"
                || name.EndsWith("Sections", StringComparison.Ordinal)
            from renderer in drawing
            where File.ReadAllText(file).Contains(renderer, StringComparison.Ordinal)
            select $"{file}: {renderer}");
    }

    private static string[] Files(string layer)
    {
        var directory = Repository.PathOf($"Rinha.LoadTest/{layer}");
        var files = Directory.GetFiles(directory, "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        return files;
    }

    private static void AssertNone(IEnumerable<string> offences) => Assert.Equal("", string.Join('\n', offences));
}
