namespace Rinha.LoadTest.Tests;

// The report's model is independent of its renderers.
public sealed class LayerTests
{
    [Fact]
    public void The_model_of_a_report_depends_on_no_renderer()
    {
        string[] drawing = ["TextReport", "HtmlReport", "SvgReport", "ChartDrawing", "Markup", "XElement"];
        AssertNone(
            from file in Files("Output")
            let name = Path.GetFileNameWithoutExtension(file)
            where name is "Report" or "ReportBuilder" or "RunCharts" or "RunSections" or "Format"
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
