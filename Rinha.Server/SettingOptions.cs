using System.CommandLine;

namespace Rinha.Server;

/// <summary>The flags of the settings, which hold for the server and for every command of an operator.</summary>
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
