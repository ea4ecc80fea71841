using System.CommandLine;
using Rinha.LoadTest.Output;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Commands;

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

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_save);
        command.Options.Add(_compare);
        command.Options.Add(_noise);
        command.Options.Add(_fail);
    }

    /// <summary>Reads the saved run before the new one is made: a wrong name must not cost two minutes.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="saved">The saved run, if one is to be compared with.</param>
    /// <param name="error">One line that says what is wrong, when something is.</param>
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

    /// <summary>Whether the run is to fail for being worse.</summary>
    public bool Fails(ParseResult parsed, RunReport report) =>
        parsed.GetValue(_fail) && report.Baseline is { Regressed: true };
}
