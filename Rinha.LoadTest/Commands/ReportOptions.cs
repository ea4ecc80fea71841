using System.CommandLine;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Commands;

/// <summary>The options on what is shown and where the report goes; the same for every command.</summary>
internal sealed class ReportOptions
{
    private const int LineSnapshotsPerSecond = 4;

    // A person sees no more than sixty frames, and the machine is here to send requests.
    private const int FramesPerSecondMax = 60;
    private const int FramesPerSecondDefault = 10;

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Show nothing but the report." };
    private readonly Option<int> _framesPerSecond = Arguments.Number(
        "--fps", null, FramesPerSecondDefault, 1, FramesPerSecondMax,
        "Frames per second of the live screen.");
    private readonly Option<string> _format = new Option<string>("--output", "-o")
    {
        Description = "The report's form: text, json, html or svg (its charts).",
        DefaultValueFactory = _ => "text",
    }.AcceptOnlyFromAmong("text", "json", "html", "svg");
    private readonly Option<string?> _file = new("--output-file", "-O")
    {
        Description = "Write the report there; the text report is then shown as well.",
    };

    private readonly Option<string?> _limits = new("--limits")
    {
        Description = "The server's CPU and memory limits in your words, for the report.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_quiet);
        command.Options.Add(_framesPerSecond);
        command.Options.Add(_format);
        command.Options.Add(_file);
        command.Options.Add(_limits);
    }

    public EnvironmentReport Environment(ParseResult parsed, string url) =>
        EnvironmentReader.Read(url, parsed.GetValue(_limits));

    /// <summary>Runs a test, told how many snapshots a second to make, on another thread and shows it.</summary>
    public T Watch<T>(ParseResult parsed, Func<RunControl, int, T> run)
    {
        var control = new RunControl();
        var framesPerSecond = parsed.GetValue(_framesPerSecond);
        // A report in a machine's form on the standard output must stay alone there.
        var canShow = UnixTerminal.CanShow(
            isTerminal: !Console.IsOutputRedirected, System.Environment.GetEnvironmentVariable("TERM"));
        var collector = Choose(parsed.GetValue(_quiet) || IsForMachine(parsed), framesPerSecond, canShow);
        var snapshots = collector switch
        {
            SilentCollector => 0,
            LineCollector => LineSnapshotsPerSecond,
            _ => framesPerSecond,
        };
        var test = Task.Factory.StartNew(
            () => run(control, snapshots),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        collector.Watch(control, test);
        return test.GetAwaiter().GetResult();
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(ParseResult parsed, RunReport run)
    {
        var format = parsed.GetValue(_format)!;
        var report = ReportBuilder.Of(run);
        var path = parsed.GetValue(_file);
        if (path is null && format != "text")
        {
            using var output = Console.OpenStandardOutput();
            Write(run, report, format, output);
            return;
        }

        TextReport.Print(report);
        if (path is null)
        {
            return;
        }

        using (var file = new FileStream(path, FileMode.Create))
        {
            Write(run, report, format, file);
        }

        Console.WriteLine($"report: {path}");
    }

    /// <summary>
    /// Nothing at all when <paramref name="quiet"/>, a live screen where the terminal can show one, and otherwise a
    /// line of progress each second on the standard error.
    /// </summary>
    internal static ICollector Choose(bool quiet, int framesPerSecond, bool canShow) => (quiet, canShow) switch
    {
        (true, _) => new SilentCollector(),
        (_, true) => new TuiCollector(framesPerSecond, new UnixTerminal()),
        _ => new LineCollector(Console.Error, TimeSpan.FromSeconds(1)),
    };

    private bool IsForMachine(ParseResult parsed) =>
        parsed.GetValue(_format) != "text" && parsed.GetValue(_file) is null;

    private static void Write(RunReport run, Report report, string format, Stream stream)
    {
        if (format == "json")
        {
            JsonReport.Write(run, stream);
            return;
        }

        using var writer = new StreamWriter(stream, leaveOpen: true);
        switch (format)
        {
            case "html":
                HtmlReport.Write(report, writer);
                break;
            case "svg":
                SvgReport.Write(report, writer);
                break;
            default:
                TextReport.Write(report, writer);
                break;
        }
    }
}

/// <summary>The options that keep a run and compare another with it.</summary>
internal sealed class BaselineOptions
{
    private readonly Option<string?> _save = new("--save-baseline") { Description = "Keep this run under a name." };
    private readonly Option<string?> _compare = new("--baseline")
    {
        Description = "Compare with the run of that name.",
    };
    private readonly Option<double> _noise = Arguments.Share(
        "--noise-threshold", 0.02, "What share of change is noise.");
    private readonly Option<bool> _fail = new("--fail-on-regression")
    {
        Description = "Exit code 1 when the rate, p50, p90, p99 or success is worse by more than noise.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_save);
        command.Options.Add(_compare);
        command.Options.Add(_noise);
        command.Options.Add(_fail);
    }

    /// <summary>Reads the saved run before the new one is made: a wrong name must not cost two minutes.</summary>
    public bool TryLoad(ParseResult parsed, out RunReport? saved, out string? error)
    {
        saved = null;
        error = null;
        if (parsed.GetValue(_save) is { } name && !Baselines.IsName(name))
        {
            error = $"--save-baseline: '{name}' is not a name; use letters, digits, -, _ and .";
            return false;
        }

        if (parsed.GetValue(_fail) && parsed.GetValue(_compare) is null)
        {
            error = "--fail-on-regression needs --baseline";
            return false;
        }

        return parsed.GetValue(_compare) is not { } compare || Baselines.TryLoad(compare, out saved, out error);
    }

    /// <summary>Adds the comparison to a report, and keeps the run if that was asked for.</summary>
    public RunReport Apply(ParseResult parsed, RunReport report, RunReport? saved)
    {
        if (saved is not null)
        {
            report = report with
            {
                Baseline = Baselines.Compare(
                    report, saved, parsed.GetValue(_compare)!, parsed.GetValue(_noise)),
            };
        }

        if (parsed.GetValue(_save) is { } name)
        {
            Console.Error.WriteLine($"baseline: {Baselines.Save(report, name)}");
        }

        return report;
    }

    public bool Fails(ParseResult parsed, RunReport report) =>
        parsed.GetValue(_fail) && report.Baseline is { Regressed: true };
}
