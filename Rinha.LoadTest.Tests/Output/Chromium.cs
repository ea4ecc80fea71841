using System.Diagnostics;

namespace Rinha.LoadTest.Tests.Output;

/// <summary>A headless browser that loads one file and says what it made of it.</summary>
internal static class Chromium
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    /// <summary>Loads a page.</summary>
    /// <returns>The document after loading, and the console's lines.</returns>
    public static (string Dom, IReadOnlyList<string> Console) Load(string html)
    {
        var folder = Directory.CreateTempSubdirectory("rinha-page-");
        try
        {
            var page = Path.Combine(folder.FullName, "report.html");
            File.WriteAllText(page, html);
            var (dom, log) = Run(folder.FullName, new Uri(page).AbsoluteUri);
            return (dom, log.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal)).ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (string Output, string Log) Run(string profile, string url)
    {
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--user-data-dir={Path.Combine(profile, "profile")}", "--enable-logging=stderr", "--v=0",
            "--dump-dom", url,
        ];
        using var process = Process.Start(new ProcessStartInfo(Find(), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, log) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(s_timeout))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"chromium did not end within {s_timeout.TotalSeconds} s");
        }

        return (output.Result, log.Result);
    }

    // A test that passes because its browser is missing would prove nothing: it is skipped, and fails in CI.
    private static string Find()
    {
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        var paths = folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name)));
        var found = paths.FirstOrDefault(File.Exists);
        const string missing = "chromium is missing; on Debian: apt-get install chromium";
        Assert.SkipWhen(found is null && Environment.GetEnvironmentVariable("CI") != "true", missing);
        Assert.True(found is not null, missing);
        return found!;
    }
}
