using System.CommandLine;
using System.Reflection;
using Rinha.Server.Operations;

namespace Rinha.Server;

/// <summary>How the binary ends, whatever it was asked to do (docs/operations/commands.md).</summary>
internal static class ExitCode
{
    /// <summary>Done, and all is well.</summary>
    public const int Good = 0;

    /// <summary>It was tried and failed, or something wrong was found.</summary>
    public const int Failed = 1;

    /// <summary>A setting or an argument is bad, or the request must not be done now: nothing was changed.</summary>
    public const int Refused = 2;
}

/// <summary>
/// The command line: a flag for each setting, <c>--healthcheck</c>, <c>--help</c> and <c>--version</c>, and an
/// operator's commands (<see cref="OperationList"/>); without one of these the server runs.
/// </summary>
internal static class ServerCommand
{
    /// <summary>The version, with the commit it was built from where that is known.</summary>
    public static string Version { get; } = typeof(ServerCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The version alone.</summary>
    public static string Release => Version.Split('+')[0];

    /// <summary>The commit it was built from; empty where that is not known.</summary>
    public static string Commit => Version.Contains('+') ? Version.Split('+')[1] : "";

    /// <summary>Reads the command line and the environment, then runs or asks.</summary>
    /// <returns>The exit code.</returns>
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
        foreach (var operation in OperationList.All)
        {
            command.Subcommands.Add(operation(settings));
        }

        command.SetAction(parsed => settings.With(parsed, options =>
        {
            var holdSeconds = parsed.GetValue(holdOption);
            if (holdSeconds is < 0 or > 3600)
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

    /// <summary>Says in one line why what was asked for is not done.</summary>
    public static int Refuse(string reason) => Say(reason, ExitCode.Refused);

    /// <summary>Says in one line what went wrong.</summary>
    public static int Fail(string reason) => Say(reason, ExitCode.Failed);

    private static int Say(string reason, int exitCode)
    {
        Console.Error.WriteLine($"Rinha.Server: {reason.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}

/// <summary>The flags of the settings, for the server and for every command of an operator.</summary>
internal sealed class SettingOptions
{
    private readonly Dictionary<Setting, Option<string?>> _options = Setting.All.ToDictionary(
        setting => setting,
        setting => new Option<string?>(setting.Flag)
        {
            Description = $"{setting.Help} [{setting.Variable}; default {setting.Default ?? "none"}]",
            Recursive = true,
        });

    /// <summary>Adds them to the command and to those below it.</summary>
    public SettingOptions(Command root)
    {
        foreach (var option in _options.Values)
        {
            root.Options.Add(option);
        }
    }

    /// <summary>Reads the settings from the command line and the environment, and does something with them.</summary>
    /// <returns>Its exit code, or <see cref="ExitCode.Refused"/> after a line that names the bad setting.</returns>
    public int With(ParseResult parsed, Func<ServerOptions, int> action)
    {
        string? Given(Setting setting) =>
            parsed.GetValue(_options[setting]) ?? Environment.GetEnvironmentVariable(setting.Variable);
        return ServerOptions.TryCreate(Given, out var options, out var error)
            ? action(options)
            : ServerCommand.Refuse(error);
    }
}
