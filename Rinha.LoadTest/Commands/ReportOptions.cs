using System.CommandLine;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Commands;

// Options shared by all commands: what to show, and where the report goes.
internal sealed class ReportOptions
{
    private readonly Option<bool> _quiet = Arguments.Plain<bool>("--quiet", "Print only the report.");
    private readonly Option<string> _format = new Option<string>("--output", "-o")
    {
        Description = "Report format: text, json, html or svg (charts only).",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json", "html", "svg");
    private readonly Option<string?> _file = Arguments.Plain<string?>(
        "--output-file", "Write the report to this file, and print the text report.", "-O");

    private readonly Option<string?> _limits = Arguments.Plain<string?>(
        "--limits", "Free text for the report: the server's CPU and memory limits.");

    public IEnumerable<Option> All => [_quiet, _format, _file, _limits];

    public EnvironmentReport Environment(ParseResult parsed, string url) =>
        EnvironmentReader.Read(url, parsed.GetValue(_limits));

    public T Watch<T>(ParseResult parsed, Func<RunControl, int, T> run)
    {
        var control = new RunControl();
        // A machine-readable report must be alone on standard output.
        var isMachineReadable = parsed.GetValue(_format) != "text" && parsed.GetValue(_file) is null;
        var viewer = Choose(parsed.GetValue(_quiet) || isMachineReadable, UnixTerminal.CanShow);
        var running = Task.Factory.StartNew(
            () => run(control, viewer.SnapshotsPerSecond),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        viewer.Watch(control, running);
        return running.GetAwaiter().GetResult();
    }

    public void Write(ParseResult parsed, RunReport run)
    {
        var (format, path) = (parsed.GetValue(_format)!, parsed.GetValue(_file));
        var report = ReportBuilder.Of(run);
        if (path is not null || format == "text")
        {
            TextReport.Print(report);
        }

        if (path is not null)
        {
            using (var file = new FileStream(path, FileMode.Create))
            {
                Write(run, report, format, file);
            }

            Console.WriteLine($"report: {path}");
        }
        else if (format != "text")
        {
            using var output = Console.OpenStandardOutput();
            Write(run, report, format, output);
        }
    }

    internal static IViewer Choose(bool quiet, bool canShow) => (quiet, canShow) switch
    {
        (true, _) => new SilentViewer(),
        (_, true) => new TuiViewer(new UnixTerminal()),
        _ => new LineViewer(Console.Error, TimeSpan.FromSeconds(1)),
    };

    private static void Write(RunReport run, Report report, string format, Stream stream)
    {
        if (format == "json")
        {
            JsonReport.Write(run, stream);
            return;
        }

        using var writer = new StreamWriter(stream, leaveOpen: true);
        Action<Report, TextWriter> write = format switch
        {
            "html" => HtmlReport.Write,
            "svg" => SvgReport.Write,
            _ => (page, text) => TextReport.Write(page, text),
        };
        write(report, writer);
    }
}

// Options that save a run as a baseline or compare it with one.
internal sealed class BaselineOptions
{
    private readonly Option<string?> _save = Arguments.Plain<string?>("--save-baseline", "Save this run under a name.");
    private readonly Option<string?> _compare = Arguments.Plain<string?>(
        "--baseline", "Compare with the run saved under this name.");
    private readonly Option<double> _noise = Arguments.Percentage(
        "--noise-threshold", 0.02, "Changes up to this share are noise.");
    private readonly Option<bool> _fail = Arguments.Plain<bool>(
        "--fail-on-regression", "Exit with 1 if rate, p50, p90, p99 or success is worse by more than the noise.");

    public IEnumerable<Option> All => [_save, _compare, _noise, _fail];

    // Loads the baseline before the run: a mistyped name must not cost two minutes.
    public bool TryLoad(ParseResult parsed, out RunReport? saved, out string? error)
    {
        saved = null;
        error = null;
        if (parsed.GetValue(_save) is { } name && !Baselines.IsValidName(name))
        {
            error = $"--save-baseline: '{name}' is not a valid name; use letters, digits, -, _ and .";
            return false;
        }

        if (parsed.GetValue(_fail) && parsed.GetValue(_compare) is null)
        {
            error = "--fail-on-regression requires --baseline";
            return false;
        }

        return parsed.GetValue(_compare) is not { } compare || Baselines.TryLoad(compare, out saved, out error);
    }

    public RunReport Apply(ParseResult parsed, RunReport report, RunReport? saved)
    {
        if (saved is not null)
        {
            report = report with
            {
                Baseline = Baselines.Compare(report, saved, parsed.GetValue(_compare)!, parsed.GetValue(_noise)),
            };
        }

        if (parsed.GetValue(_save) is { } name)
        {
            Console.Error.WriteLine($"baseline: {Baselines.Save(report, name)}");
        }

        return report;
    }

    public bool ShouldFail(ParseResult parsed, RunReport report) =>
        parsed.GetValue(_fail) && report.Baseline is { Regressed: true };
}
