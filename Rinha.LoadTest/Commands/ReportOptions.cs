using System.CommandLine;
using Rinha.LoadTest.Http;
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

    public IEnumerable<Option> All => [_quiet, .. Output, _limits];

    public IEnumerable<Option> Output => [_format, _file];

    public void Announce(ParseResult parsed, Target target)
    {
        if (!parsed.GetValue(_quiet))
        {
            Console.Error.WriteLine($"Rinha.LoadTest: posts transactions to the ledger of {target.Url}");
        }
    }

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

    // Writes the report and returns the exit status.
    public int Finish(ParseResult parsed, RunReport run, Report report)
    {
        var (hasPassed, sentence) = (report.Verdict.Tone != Tone.Bad, report.Verdict.Sentence);
        Write(parsed, run with { Verdict = new VerdictReport(hasPassed, sentence) }, report);
        return hasPassed ? Exit.Success : Exit.Fail(sentence);
    }

    internal static IViewer Choose(bool quiet, bool canShow) => (quiet, canShow) switch
    {
        (true, _) => new SilentViewer(),
        (_, true) => new TuiViewer(new UnixTerminal()),
        _ => new LineViewer(Console.Error, TimeSpan.FromSeconds(1)),
    };

    private void Write(ParseResult parsed, RunReport run, Report report)
    {
        var (format, path) = (parsed.GetValue(_format)!, parsed.GetValue(_file));
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
        "--baseline", "Compare with the run saved under this name, or with a JSON report's file.");
    private readonly Option<double?> _noise = Arguments.Percentage(
        "--noise-threshold", "Changes up to this share are noise; by default what the runs' seconds vary by.");
    private readonly Option<bool> _fail = Arguments.Plain<bool>(
        "--fail-on-regression", "Exit with 1 if rate, p50, p90, p99 or success is worse by more than the noise.");

    public IEnumerable<Option> All => [_save, _compare, .. Judging];

    public IEnumerable<Option> Judging => [_noise, _fail];

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
            report = Compare(parsed, report, saved, parsed.GetValue(_compare)!);
        }

        if (parsed.GetValue(_save) is { } name)
        {
            Console.Error.WriteLine($"baseline: {Baselines.Save(report, name)}");
        }

        return report;
    }

    public RunReport Compare(ParseResult parsed, RunReport report, RunReport saved, string name) => report with
    {
        Baseline = Baselines.Compare(report, saved, name, parsed.GetValue(_noise), parsed.GetValue(_fail)),
    };
}
