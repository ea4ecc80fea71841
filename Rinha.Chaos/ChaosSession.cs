using System.Data.Common;
using Spectre.Console;

namespace Rinha.Chaos;

internal sealed class ChaosSession(ChaosSetting setting, int seed)
{
    // Of a file or a pipe; a terminal has its own width.
    private const int PageWidth = 150;

    private readonly Table _table = new Table()
        .Border(TableBorder.Minimal)
        .AddColumns("campaign", "fault", "tried", "checks", "found", "time", "measured");

    public bool Run(IReadOnlyList<Campaign> campaigns)
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

    private bool Run(Campaign campaign)
    {
        var own = Directory.CreateDirectory(Path.Combine(setting.Work, campaign.Name)).FullName;
        var run = new CampaignRun(setting, own, seed, setting.IsShort ? campaign.ShortTimes : campaign.Times);
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

    private void Add(Campaign campaign, CampaignRun run, TimeSpan time)
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
            $"{run.TriedTimes:N0}",
            $"{run.Checks:N0}",
            run.ViolationCount == 0 ? "nothing" : $"{run.ViolationCount:N0}",
            $"{time.TotalSeconds:F0} s",
            string.Join('\n', run.Figures),
        ];
        _table.AddRow([.. cells.Select(cell => new Text(cell))]);
    }
}
