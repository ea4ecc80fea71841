using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using Rinha.Server.Operations;

namespace Rinha.Server;

// The binary's exit codes (docs/operations/commands.md).
internal static class ExitCode
{
    public const int Success = 0;

    // The command ran and failed, or found damage.
    public const int Failure = 1;

    // A setting or an argument is invalid, or the command is not allowed now. Nothing was changed.
    public const int Rejected = 2;
}

// The command line: a flag for each setting, --healthcheck, --help, --version and the operator's commands. With
// settings only, it runs the server.
internal static class ServerCommand
{
    // Includes the commit if it was known at build time: 1.2.3+COMMIT.
    public static string Version { get; } = typeof(ServerCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Release => Version.Split('+')[0];

    // Empty if it was unknown at build time.
    public static string Commit => Version.Contains('+') ? Version.Split('+')[1] : "";

    // Parses the command line and the environment, then runs the command, the health check or the server. Returns the
    // exit code.
    public static int Invoke(string[] args, Func<ServerOptions, int> run, Func<ServerOptions, int, int> healthCheck)
    {
        // A RootCommand would be called Rinha, since it takes .Server for a file name's extension.
        var command = new Command("Rinha.Server", "A small bank on one SQLite file: Rinha de Backend 2024/Q1.")
        {
            new HelpOption(), new VersionOption(),
        };
        var settings = new SettingOptions(command);
        var healthCheckOption = new Option<bool>("--healthcheck")
        {
            Description = "Probe the instance that runs with these settings: exit code 0 if healthy, 1 if not.",
        };
        var holdOption = new Option<int>("--healthcheck-hold")
        {
            Description = "With --healthcheck, in a container older than 3 s: wait this many seconds, "
                + $"0 to {Limits.HealthCheckHoldSecondsMax}, and probe again, so that the engine starts fewer checks.",
        };
        command.Options.Add(healthCheckOption);
        command.Options.Add(holdOption);
        command.Subcommands.Add(FileOperations.CreateCreate(settings));
        command.Subcommands.Add(FileOperations.CreateBackup(settings));
        command.Subcommands.Add(FileOperations.CreateRestore(settings));
        command.Subcommands.Add(FileOperations.CreateVerify(settings));
        command.Subcommands.Add(FileOperations.CreateCheckpoint(settings));
        command.Subcommands.Add(MoveOperations.CreateExport(settings));
        command.Subcommands.Add(MoveOperations.CreateImport(settings));
        command.Subcommands.Add(AccountsOperation.Create(settings));
        command.SetAction(parsed => settings.Run(parsed, options =>
        {
            var holdSeconds = parsed.GetValue(holdOption);
            if (holdSeconds is < 0 or > Limits.HealthCheckHoldSecondsMax)
            {
                return Reject(
                    $"--healthcheck-hold: must be 0 to {Limits.HealthCheckHoldSecondsMax} seconds, not {holdSeconds}");
            }

            return parsed.GetValue(healthCheckOption) ? healthCheck(options, holdSeconds) : run(options);
        }));

        var result = command.Parse(args);
        return result.Errors.Count == 0 ? result.Invoke()
            : result.CommandResult.Command is { Action: null } group
            ? Reject($"{group.Name}: expected {string.Join(", ", group.Subcommands.Select(known => known.Name))}, "
                + $"not '{string.Join(' ', result.UnmatchedTokens.Take(1))}'")
            : Reject(WithoutPasswords(string.Join("; ", result.Errors.Select(error => error.Message))));
    }

    // A message may quote a URL that was given in the wrong place; as a file's path it has one slash less.
    public static string WithoutPasswords(string message) => string.Join(' ', message.Split(' ').Select(word =>
    {
        var scheme = word.IndexOf(":/", StringComparison.Ordinal);
        var colon = scheme < 0 ? -1 : word.IndexOf(':', scheme + 1);
        var at = word.LastIndexOf('@');
        return colon > 0 && colon < at ? word[..colon] + word[at..] : word;
    }));

    public static int Reject(string reason) => Report(reason, ExitCode.Rejected);

    public static int Fail(string reason) => Report(reason, ExitCode.Failure);

    private static int Report(string reason, int exitCode)
    {
        Console.Error.WriteLine($"Rinha.Server: {reason.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}

// The flags of the settings. The operator's commands have only the ledger's.
internal sealed class SettingOptions
{
    private readonly Dictionary<Setting, Option<string?>> _options = Setting.All.ToDictionary(
        setting => setting,
        setting => new Option<string?>(setting.Flag)
        {
            Description = $"{setting.Help} [{setting.Variable}; default {setting.Default ?? "none"}]",
            Recursive = setting == Setting.Database,
        });

    public SettingOptions(Command root)
    {
        foreach (var option in _options.Values)
        {
            root.Options.Add(option);
        }
    }

    // Runs the action with the settings of the command line and the environment. Returns its exit code, or
    // ExitCode.Rejected after a line that names the bad setting.
    public int Run(ParseResult parsed, Func<ServerOptions, int> action)
    {
        string? Given(Setting setting) =>
            parsed.GetValue(_options[setting]) ?? Environment.GetEnvironmentVariable(setting.Variable);
        return ServerOptions.TryCreate(Given, out var options, out var error)
            ? action(options)
            : ServerCommand.Reject(error);
    }
}
