using System.Data.Common;
using Rinha.Stack;
using Spectre.Console;

namespace Rinha.Chaos;

// Runs campaigns one after another, prints violations as they occur and one table at the end.
internal sealed class ChaosSession(ChaosSettings settings, int seed)
{
    private const int PageWidth = 150; // For a file or a pipe; a terminal has its own width.

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
        var directory = Directory.CreateDirectory(Path.Combine(settings.Work, campaign.Name)).FullName;
        var tries = settings.IsShort && campaign.ShortTries > 0 ? campaign.ShortTries : campaign.FullTries;
        var run = new CampaignRun(settings, directory, seed, tries);
        var watch = Stopwatch.StartNew();
        Console.Error.WriteLine($"{campaign.Name}: {campaign.Fault}, {run.PlannedTries} tries");
        try
        {
            campaign.Run(run);
        }
        catch (CampaignSkipped skipped)
        {
            Console.Error.WriteLine($"  SKIPPED {skipped.Message}");
            AddRow(campaign.Name, campaign.Fault, "0", "0", "skipped", "", skipped.Message);
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (Exception error) when (
            error is ChaosException or StackException or IOException or SocketException or DbException)
        {
            run.Check(false, () => error.ToString());
        }

        run.Check(run.Tries >= run.PlannedTries, () => $"only {run.Tries} of {run.PlannedTries} tries");
        Add(campaign, run, watch.Elapsed);
        if (run.ViolationCount == 0)
        {
            Directory.Delete(directory, recursive: true);
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
            Console.Error.WriteLine($"  kept: {run.Directory}; reproduce: --only {campaign.Name} --seed {run.Seed}");
        }

        AddRow(
            campaign.Name,
            campaign.Fault,
            $"{run.Tries:N0}",
            $"{run.Checks:N0}",
            run.ViolationCount == 0 ? "nothing" : $"{run.ViolationCount:N0}",
            $"{time.TotalSeconds:F0} s",
            string.Join('\n', run.Results));
    }

    private void AddRow(params string[] cells) => _table.AddRow(cells.Select(cell => new Text(cell)));
}
