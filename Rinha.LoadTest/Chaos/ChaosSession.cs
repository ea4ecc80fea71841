using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Rinha.LoadTest.Chaos;

/// <summary>
/// Runs campaigns one after the other, says on the way how each goes, and prints the table at the end.
/// </summary>
/// <param name="setting">Where the bank's parts are.</param>
/// <param name="directory">Where the campaigns' directories are made.</param>
/// <param name="seed">The same seed, the same decisions.</param>
internal sealed class ChaosSession(ChaosSetting setting, string directory, int seed)
{
    // Of a file or a pipe; a terminal has its own width.
    private const int PageWidth = 150;

    private readonly Table _table = new Table()
        .Border(TableBorder.Minimal)
        .AddColumns("campaign", "fault", "tried", "checks", "found", "time", "measured");

    /// <summary>Runs them.</summary>
    /// <returns>Whether nothing was found.</returns>
    public bool Run(IReadOnlyList<ICampaign> campaigns)
    {
        var isClean = true;
        foreach (var campaign in campaigns)
        {
            isClean &= Run(campaign);
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = PageWidth;
        }

        AnsiConsole.Write(_table);
        return isClean;
    }

    private bool Run(ICampaign campaign)
    {
        var own = Directory.CreateDirectory(Path.Combine(directory, campaign.Name)).FullName;
        var run = new CampaignRun(setting, own, seed, campaign.Times(setting.IsShort));
        var watch = Stopwatch.StartNew();
        Console.Error.WriteLine($"{campaign.Name}: {campaign.Fault}, {run.Times} times");
        try
        {
            campaign.Run(run);
        }
        catch (Exception error) when (error is ChaosException or IOException or DbException)
        {
            run.Check(false, () => error.ToString());
        }

        run.Check(run.TriedTimes >= run.Times, () => $"tried only {run.TriedTimes} of {run.Times} times");
        Add(campaign, run, watch.Elapsed);
        if (run.ViolationCount == 0)
        {
            Directory.Delete(own, recursive: true);
        }

        return run.ViolationCount == 0;
    }

    private void Add(ICampaign campaign, CampaignRun run, TimeSpan time)
    {
        foreach (var violation in run.Violations)
        {
            Console.Error.WriteLine($"  FOUND {violation}");
        }

        if (run.ViolationCount > 0)
        {
            Console.Error.WriteLine($"  kept: {run.Directory}; again: --only {campaign.Name} --seed {run.Seed}");
        }

        string[] cells =
        [
            campaign.Name,
            campaign.Fault,
            Number(run.TriedTimes),
            Number(run.Checks),
            run.ViolationCount == 0 ? "nothing" : Number(run.ViolationCount),
            string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s"),
            string.Join('\n', run.Figures),
        ];
        _table.AddRow([.. cells.Select(cell => new Text(cell))]);
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
