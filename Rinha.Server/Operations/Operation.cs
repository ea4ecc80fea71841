using System.CommandLine;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

// What an operator's commands have in common.
internal static partial class Operation
{
    // An argument that names a file; an unknown flag is not taken for one.
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

    public static string FileOf(ServerOptions options) => options.Postgres is null
        ? options.DatabasePath
        : throw new RefusalException($"{options.Database} is no file: pg_dump, pg_restore and psql do this there");

    // Sets what the command does; its failures become one line and an exit code.
    public static Command SetOperation(
        this Command command, SettingOptions settings, Func<ParseResult, ServerOptions, int> run)
    {
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
        return command;
    }

    // Lets the calling thread run only when no other wants the processor.
    public static void YieldProcessor()
    {
        const int process = 0; // PRIO_PROCESS; on Linux, with the id 0, the calling thread.
        const int lowest = 19;
        _ = SetPriority(process, 0, lowest);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int id, int niceness);
}
