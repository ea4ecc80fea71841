using Rinha.Stack.Processes;

namespace Rinha.LoadTest.Tests.Output;

// Loads the reports in a real browser, which must log no error.
public sealed class ChromiumTests
{
    [Fact]
    public void The_page_loads_without_errors_and_blocks_scripts()
    {
        var (dom, console) = Load(RendererTests.Html(SampleRuns.Hostile));
        Assert.Empty(console);
        Assert.Contains("<section id=\"environment\">", dom, StringComparison.Ordinal);
        (_, console) = Load(RendererTests.Html(SampleRuns.Closed) + "<script>console.error('no')</script>");
        Assert.Contains("Content Security Policy", Assert.Single(console), StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_loads_in_a_page()
    {
        var picture = Convert.ToBase64String(Encoding.UTF8.GetBytes(RendererTests.Svg(SampleRuns.Hostile)));
        var (dom, console) = Load(
            $"<!DOCTYPE html><img src=\"data:image/svg+xml;base64,{picture}\" "
            + "onload=\"document.title = this.naturalWidth\" onerror=\"console.error('broken')\">");
        Assert.Empty(console);
        Assert.Contains("<title>860</title>", dom, StringComparison.Ordinal);
    }

    private static (string Dom, string[] Console) Load(string html)
    {
        using var directory = new TemporaryDirectory();
        var page = directory.File("report.html");
        File.WriteAllText(page, html);
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--user-data-dir={directory.File("profile")}", "--enable-logging=stderr", "--v=0", "--dump-dom",
            new Uri(page).AbsoluteUri,
        ];
        using var process = new TestProcess([Find(), .. arguments]);
        var exit = process.AwaitExit();
        return (exit.Output, [.. exit.Error.Split('\n').Where(
            line => line.Contains("CONSOLE", StringComparison.Ordinal))]);
    }

    // Without a browser the test is skipped, and fails in CI.
    private static string Find()
    {
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        var found = names.Select(Tool.Find).FirstOrDefault(path => path is not null);
        const string missing = "chromium is missing; on Debian: apt-get install chromium";
        Assert.SkipWhen(found is null && Environment.GetEnvironmentVariable("CI") != "true", missing);
        Assert.True(found is not null, missing);
        return found!;
    }
}
