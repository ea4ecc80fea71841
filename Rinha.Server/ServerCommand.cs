using System.Collections;
using System.CommandLine;
using System.Reflection;

namespace Rinha.Server;

/// <summary>
/// The command line: a flag for each setting, <c>--healthcheck</c>, <c>--help</c> and <c>--version</c>.
/// </summary>
internal static class ServerCommand
{
    /// <summary>The exit code for a setting that stops the start.</summary>
    public const int BadSetting = 2;

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
        var options = Setting.All.ToDictionary(
            setting => setting,
            setting => new Option<string?>(setting.Flag)
            {
                Description = $"{setting.Help} [{setting.Variable}; default {setting.Default ?? "none"}]",
            });
        var healthCheckOption = new Option<bool>("--healthcheck")
        {
            Description = "Ask the instance that runs with these settings how it is: exit code 0 healthy, 1 not.",
        };
        var holdOption = new Option<int>("--healthcheck-hold")
        {
            Description = "With --healthcheck, in a container older than 3 s: wait so many seconds, 0 to 3600, and ask "
                + "again, so that its engine starts this process less often.",
        };
        var command = new RootCommand("A small bank on one SQLite file: Rinha de Backend 2024/Q1.");
        foreach (var option in options.Values)
        {
            command.Options.Add(option);
        }

        command.Options.Add(healthCheckOption);
        command.Options.Add(holdOption);
        command.SetAction(parsed =>
        {
            string? Given(Setting setting) =>
                parsed.GetValue(options[setting]) ?? Environment.GetEnvironmentVariable(setting.Variable);
            if (UnknownVariable() is { } unknown)
            {
                return Refuse($"{unknown}: no such setting; --help lists them");
            }

            if (!ServerOptions.TryCreate(Given, out var settings, out var error))
            {
                return Refuse(error);
            }

            var holdSeconds = parsed.GetValue(holdOption);
            if (holdSeconds is < 0 or > 3600)
            {
                return Refuse($"--healthcheck-hold: 0 to 3600 seconds, not {holdSeconds}");
            }

            return parsed.GetValue(healthCheckOption) ? healthCheck(settings, holdSeconds) : run(settings);
        });

        var result = command.Parse(args);
        return result.Errors.Count > 0 ? Refuse(result.Errors[0].Message) : result.Invoke();
    }

    /// <summary>Says in one line why the server does not start.</summary>
    public static int Refuse(string reason)
    {
        Console.Error.WriteLine($"Rinha.Server: {reason.ReplaceLineEndings(" ")}");
        return BadSetting;
    }

    private static string? UnknownVariable() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(variable => (string)variable.Key)
        .FirstOrDefault(name => name.StartsWith(Setting.OwnPrefix, StringComparison.Ordinal)
            && Setting.All.All(setting => setting.Variable != name));
}
