using System.CommandLine;
using Rinha.LoadTest.Chaos;

namespace Rinha.LoadTest.Commands;

/// <summary><c>chaos</c>: makes faults happen to a bank of its own, and looks for what must not happen then.</summary>
internal sealed class ChaosCommand
{
    private const int PortMax = 65_535;
    private const int SoakMinutesMax = 24 * 60;

    private readonly Option<string> _launcher = new("--launcher") { Required = true };

    private readonly Option<string> _sockets = new("--sockets") { Required = true };

    private readonly Option<string> _server = new("--server") { Required = true };

    private readonly Option<string> _faults = new("--faults") { Required = true };

    private readonly Option<string?> _cluster = new("--cluster")
    {
        Description = "A PostgreSQL cluster to copy, for the campaigns whose names begin with pg-.",
    };

    private readonly Option<string?> _clusterSockets = new("--cluster-sockets")
    {
        Description = "The directory for PostgreSQL's socket.",
    };

    private readonly Option<string> _directory = new("--directory") { Required = true };

    private readonly Option<int> _port = Arguments.Number("--port", null, 9999, 1, PortMax, "Where nginx listens.");

    private readonly Option<int> _soakMinutes = Arguments.Number(
        "--soak-minutes", null, 30, 1, SoakMinutesMax, "How long the soak takes.");

    private readonly Option<bool> _short = new("--short") { Description = "The short campaign." };

    private readonly Option<string[]> _only = new("--only") { Description = "Only the campaign of this name." };

    private readonly Option<int> _seed = Arguments.Number(
        "--seed", null, 1, 0, int.MaxValue, "The same seed, the same decisions.");

    /// <summary>The command with its options; <c>./rinha chaos</c> gives those that say where things are.</summary>
    public Command Create()
    {
        var command = new Command("chaos", "Make faults happen to a bank under load (started by ./rinha chaos).");
        foreach (var option in new Option[]
            { _launcher, _sockets, _server, _faults, _cluster, _clusterSockets, _directory, _port, _soakMinutes, _short,
              _only, _seed })
        {
            command.Options.Add(option);
        }

        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var only = parsed.GetValue(_only) ?? [];
        if (only.FirstOrDefault(name => CampaignList.All.All(one => one.Name != name)) is { } unknown)
        {
            return Exit.Refuse(
                $"no campaign '{unknown}'; there are {string.Join(", ", CampaignList.All.Select(one => one.Name))}");
        }

        var setting = new ChaosSetting(
            parsed.GetRequiredValue(_launcher),
            parsed.GetRequiredValue(_sockets),
            parsed.GetValue(_port),
            parsed.GetRequiredValue(_server),
            parsed.GetRequiredValue(_faults),
            parsed.GetValue(_cluster),
            parsed.GetValue(_clusterSockets),
            parsed.GetValue(_soakMinutes),
            parsed.GetValue(_short));
        var campaigns = CampaignList.All.Where(one => only.Length == 0 || only.Contains(one.Name)).ToList();
        return new ChaosSession(setting, parsed.GetRequiredValue(_directory), parsed.GetValue(_seed)).Run(campaigns)
            ? Exit.Success
            : Exit.Fail("chaos has found something");
    }
}
