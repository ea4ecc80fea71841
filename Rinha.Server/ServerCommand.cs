using System.CommandLine;
using System.Reflection;
using Rinha.Server.Operations;

namespace Rinha.Server;

// How the binary ends, whatever it was asked to do (docs/operations/commands.md).
internal static class ExitCode
{
    public const int Good = 0;

    // It was tried and failed, or something wrong was found.
    public const int Failed = 1;

    // A setting or an argument is bad, or the request must not be done now: nothing was changed.
    public const int Refused = 2;
}

// The command line: a flag for each setting, --healthcheck, --help and --version, and an operator's commands; without
// one of these the server runs.
internal static class ServerCommand
{
    // With the commit it was built from where that is known.
    public static string Version { get; } = typeof(ServerCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Release => Version.Split('+')[0];

    // The commit it was built from; empty where that is not known.
    public static string Commit => Version.Contains('+') ? Version.Split('+')[1] : "";

    // Reads the command line and the environment, then runs or asks. Returns the exit code.
    public static int Invoke(string[] args, Func<ServerOptions, int> run, Func<ServerOptions, int, int> healthCheck)
    {
        var command = new RootCommand("A small bank on one SQLite file: Rinha de Backend 2024/Q1.");
        var settings = new SettingOptions(command);
        var healthCheckOption = new Option<bool>("--healthcheck")
        {
            Description = "Ask the instance that runs with these settings how it is: exit code 0 healthy, 1 not.",
        };
        var holdOption = new Option<int>("--healthcheck-hold")
        {
            Description = "With --healthcheck, in a container older than 3 s: wait so many seconds, 0 to 3600, and ask "
                + "again, so that its engine starts this process less often.",
        };
        command.Options.Add(healthCheckOption);
        command.Options.Add(holdOption);
        command.Subcommands.Add(FileOperations.CreateBackup(settings));
        command.Subcommands.Add(FileOperations.CreateRestore(settings));
        command.Subcommands.Add(FileOperations.CreateVerify(settings));
        command.Subcommands.Add(FileOperations.CreateCheckpoint(settings));
        command.Subcommands.Add(AccountsOperation.Create(settings));
        command.SetAction(parsed => settings.With(parsed, options =>
        {
            var holdSeconds = parsed.GetValue(holdOption);
            if (holdSeconds is < 0 or > Limits.HealthCheckHoldSecondsMax)
            {
                return Refuse($"--healthcheck-hold: 0 to 3600 seconds, not {holdSeconds}");
            }

            return parsed.GetValue(healthCheckOption) ? healthCheck(options, holdSeconds) : run(options);
        }));

        var result = command.Parse(args);
        return result.Errors.Count > 0
            ? Refuse(string.Join("; ", result.Errors.Select(error => error.Message)))
            : result.Invoke();
    }

    public static int Refuse(string reason) => Say(reason, ExitCode.Refused);

    public static int Fail(string reason) => Say(reason, ExitCode.Failed);

    private static int Say(string reason, int exitCode)
    {
        Console.Error.WriteLine($"Rinha.Server: {reason.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}

// The flags of the settings, for the server and for every command of an operator.
internal sealed class SettingOptions
{
    private readonly Dictionary<Setting, Option<string?>> _options = Setting.All.ToDictionary(
        setting => setting,
        setting => new Option<string?>(setting.Flag)
        {
            Description = $"{setting.Help} [{setting.Variable}; default {setting.Default ?? "none"}]",
            Recursive = true,
        });

    public SettingOptions(Command root)
    {
        foreach (var option in _options.Values)
        {
            root.Options.Add(option);
        }
    }

    // Reads the settings from the command line and the environment, and does something with them. Returns its exit
    // code, or ExitCode.Refused after a line that names the bad setting.
    public int With(ParseResult parsed, Func<ServerOptions, int> action)
    {
        string? Given(Setting setting) =>
            parsed.GetValue(_options[setting]) ?? Environment.GetEnvironmentVariable(setting.Variable);
        return ServerOptions.TryCreate(Given, out var options, out var error)
            ? action(options)
            : ServerCommand.Refuse(error);
    }
}
