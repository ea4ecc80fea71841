using System.CommandLine;
using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

// Shared by the operator's commands.
internal static partial class Operation
{
    // A file's path, or - alone. Unknown flags would end up here, so a leading dash is an error.
    public static Argument<T> FileArgument<T>(string description)
    {
        var argument = new Argument<T>("FILE") { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value is ['-', _, ..]) is { } flag)
            {
                result.AddError($"{flag.Value}: unknown flag; for a file of that name write ./{flag.Value}");
            }
        });
        return argument;
    }

    public static string LedgerPathOf(ServerOptions options) => options.Postgres is null
        ? options.DatabasePath
        : throw new RefusalException($"{options.Database} is not a file: use pg_dump, or export and import");

    // Sets the command's action; a failure becomes one line and an exit code.
    public static Command SetOperation(
        this Command command, SettingOptions settings, Func<ParseResult, ServerOptions, int> run)
    {
        command.SetAction(parsed => settings.Run(parsed, options =>
        {
            try
            {
                return run(parsed, options);
            }
            catch (RefusalException refusal)
            {
                return ServerCommand.Reject(ServerCommand.WithoutPasswords(refusal.Message));
            }
            catch (Exception error) when (
                error is SqliteException or NpgsqlException or InvalidDataException
                    or IOException or UnauthorizedAccessException or SocketException)
            {
                return ServerCommand.Fail(PostgresFailure.Describe(error, options.Postgres?.Connection.Host));
            }
        }));
        return command;
    }

    // Gives the calling thread the lowest priority.
    public static void LowerPriority()
    {
        const int process = 0; // PRIO_PROCESS; on Linux with id 0: the calling thread.
        const int lowest = 19;
        _ = SetPriority(process, 0, lowest);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int kind, int id, int niceness);
}
