using System.CommandLine;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

/// <summary><c>checkpoint</c>: moves the write-ahead log into the database, also while instances run.</summary>
internal static class CheckpointOperation
{
    /// <summary>The command.</summary>
    public static Command Create(SettingOptions settings)
    {
        var command = new Command("checkpoint", "Move the write-ahead log into the database, while instances run.");
        command.SetFileOperation(settings, (_, options) =>
        {
            using var log = new LogMove(LedgerFile.OpenExisting(options.DatabasePath, options.Synchronous));
            var isWhole = log.TryRun(out var pages, out var moved);
            var wal = new FileInfo(options.DatabasePath + "-wal");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.DatabasePath}: {moved:N0} of {pages:N0} pages are in the database, "
                + $"the log has {(wal.Exists ? wal.Length : 0):N0} bytes"));
            return (isWhole, pages == moved) switch
            {
                (false, _) => ServerCommand.Fail("an instance stays inside the gate"),
                (_, false) => ServerCommand.Fail("a reader needs the rest of the log where it is"),
                _ => ExitCode.Good,
            };
        });
        return command;
    }
}
