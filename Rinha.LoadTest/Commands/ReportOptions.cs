using System.CommandLine;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Commands;

/// <summary>The options on what is shown and where the report goes; the same for every command.</summary>
internal sealed class ReportOptions
{
    private const int LineSnapshotsPerSecond = 4;

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Show nothing but the report." };

    private readonly Option<int> _framesPerSecond = Arguments.Number(
        "--fps", null, Collectors.FramesPerSecondDefault, 1, Collectors.FramesPerSecondMax,
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

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_quiet);
        command.Options.Add(_framesPerSecond);
        command.Options.Add(_format);
        command.Options.Add(_file);
        command.Options.Add(_limits);
    }

    /// <summary>What the report says of the machine and the command.</summary>
    public EnvironmentReport Environment(ParseResult parsed, string url) =>
        EnvironmentReader.Read(url, parsed.GetValue(_limits));

    /// <summary>Runs a test on a thread of its own while the collector shows it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The test, told how many snapshots a second are wanted.</param>
    public T Watch<T>(ParseResult parsed, Func<RunControl, int, T> run)
    {
        var control = new RunControl();
        var framesPerSecond = parsed.GetValue(_framesPerSecond);
        // A report in a machine's form on the standard output must stay alone there.
        var collector = Collectors.Choose(parsed.GetValue(_quiet) || IsForMachine(parsed), framesPerSecond);
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

    /// <summary>Puts the report where it was asked for.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(ParseResult parsed, RunReport report)
    {
        var format = parsed.GetValue(_format)!;
        if (parsed.GetValue(_file) is not { } path)
        {
            Write(report, format);
            return;
        }

        TextReport.Print(report);
        using (var file = new FileStream(path, FileMode.Create))
        {
            Write(report, format, file);
        }

        Console.WriteLine($"report: {path}");
    }

    private bool IsForMachine(ParseResult parsed) =>
        parsed.GetValue(_format) != "text" && parsed.GetValue(_file) is null;

    private static void Write(RunReport report, string format)
    {
        if (format == "text")
        {
            TextReport.Print(report);
            return;
        }

        using var output = Console.OpenStandardOutput();
        Write(report, format, output);
    }

    private static void Write(RunReport report, string format, Stream stream)
    {
        if (format == "json")
        {
            JsonReport.Write(report, stream);
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
