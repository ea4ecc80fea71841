using System.CommandLine;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

/// <summary>What an operator's commands have in common.</summary>
internal static class Operation
{
    /// <summary>
    /// An argument that names a file. A flag that is not known would be taken for one: a file of such a name is given
    /// with its directory.
    /// </summary>
    public static Argument<T> FileArgument<T>(string description)
    {
        var argument = new Argument<T>("FILE") { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } flag)
            {
                result.AddError($"{flag.Value}: no such flag, and no file (./{flag.Value} would be one)");
            }
        });
        return argument;
    }

    /// <summary>The file that the ledger is.</summary>
    /// <exception cref="RefusalException">It is no file: what is asked for is the business of PostgreSQL's
    /// tools.</exception>
    public static string FileOf(ServerOptions options) => options.Postgres is null
        ? options.DatabasePath
        : throw new RefusalException($"{options.Database} is no file: pg_dump, pg_restore and psql do this there");

    /// <summary>As <see cref="SetOperation"/>, for what can only be done to a file.</summary>
    public static void SetFileOperation(
        this Command command, SettingOptions settings, Func<ParseResult, ServerOptions, int> run) =>
        command.SetOperation(settings, (parsed, options) =>
        {
            _ = FileOf(options);
            return run(parsed, options);
        });

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
            catch (Exception error) when (
                error is SqliteException or NpgsqlException or IOException or UnauthorizedAccessException)
            {
                return ServerCommand.Fail(error.Message);
            }
        }));
}
