using System.CommandLine;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

/// <summary>What an operator's commands have in common.</summary>
internal static class Operation
{
    /// <summary>Says what a command does, and how its failures end it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="settings">The settings' flags.</param>
    /// <param name="run">Does it and gives the exit code.</param>
    public static void SetOperation(
        this Command command, SettingOptions settings, Func<ParseResult, ServerOptions, int> run) =>
        command.SetAction(parsed => settings.With(parsed, options =>
        {
            try
            {
                return run(parsed, options);
            }
            catch (RefusalException refusal)
            {
                return ServerCommand.Refuse(refusal.Message);
            }
            catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
            {
                return ServerCommand.Fail(error.Message);
            }
        }));
}
