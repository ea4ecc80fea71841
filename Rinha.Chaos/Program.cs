using System.CommandLine;
using System.Data.Common;
using System.IO.Enumeration;
using Rinha.Chaos;

// Started by ./rinha chaos, which validates the numbers and passes the paths.
Option<string> sockets = new("--sockets") { Required = true };
Option<string> directory = new("--directory") { Required = true };
Option<int> port = new("--port") { Required = true };
Option<string?> cgroup = new("--cgroup") { Description = "The stack's cgroup, when limits are in force." };
Option<int> soakMinutes = new("--soak-minutes") { DefaultValueFactory = _ => 30 };
Option<int> seed = new("--seed") { DefaultValueFactory = _ => 1 };
Option<bool> isShort = new("--short") { Description = "Run the short campaigns." };
Option<bool> yes = new("--yes") { Description = "Install missing programs without asking." };
Option<string[]> only = new("--only") { DefaultValueFactory = _ => [] };
Option<string[]> except = new("--except") { DefaultValueFactory = _ => [] };
var command = new RootCommand("Injects faults into a bank under load (started by ./rinha chaos).")
{
    sockets, directory, port, cgroup, soakMinutes, seed, isShort, yes, only, except,
};
command.SetAction(parsed =>
{
    var (chosen, left) = (parsed.GetRequiredValue(only), parsed.GetRequiredValue(except));
    if (chosen.Concat(left).FirstOrDefault(name => !CampaignTable.All.Any(known => IsNamed(known, name)))
        is { } unknown)
    {
        return Refuse(
            $"no campaign '{unknown}'; known: {string.Join(", ", CampaignTable.All.Select(known => known.Name))}");
    }

    var settings = new ChaosSettings(
        parsed.GetRequiredValue(sockets),
        parsed.GetRequiredValue(directory),
        parsed.GetValue(port),
        parsed.GetValue(cgroup),
        parsed.GetValue(soakMinutes),
        parsed.GetValue(isShort),
        parsed.GetValue(yes) || Environment.GetEnvironmentVariable("CI") == "true");
    var campaigns = CampaignTable.All.Where(campaign => !left.Any(name => IsNamed(campaign, name)) && (
        chosen.Length == 0
            ? !settings.IsShort || campaign.ShortTries > 0
            : chosen.Any(name => IsNamed(campaign, name)))).ToList();
    return new ChaosSession(settings, parsed.GetValue(seed)).Run(campaigns)
        ? 0
        : Fail("chaos found violations");
});
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Refuse(string.Join("; ", parsed.Errors.Select(error => error.Message)));
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or DbException)
{
    return Fail(error.Message);
}

// name: may have wildcards, such as failover-*.
static bool IsNamed(Campaign campaign, string name) =>
    FileSystemName.MatchesSimpleExpression(name, campaign.Name, ignoreCase: false);

// Exit status 1: a violation, or a campaign that could not run; 2: a wrong command line.
static int Fail(string reason) => Report(reason, 1);
static int Refuse(string reason) => Report(reason, 2);
static int Report(string reason, int status)
{
    Console.Error.WriteLine($"Rinha.Chaos: {reason.ReplaceLineEndings(" ")}");
    return status;
}
