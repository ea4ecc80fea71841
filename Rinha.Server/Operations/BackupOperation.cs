using System.CommandLine;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

/// <summary><c>backup FILE</c>: a copy of the ledger, made and audited while instances run.</summary>
internal static class BackupOperation
{
    /// <summary>The command.</summary>
    public static Command Create(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("Where to; nothing may be there yet.");
        var command = new Command("backup", "Copy the ledger as it is now into a new file, while instances run.");
        command.Arguments.Add(file);
        command.SetFileOperation(settings, (parsed, options) =>
        {
            var target = Path.GetFullPath(parsed.GetRequiredValue(file));
            var took = Stopwatch.StartNew();
            Niceness.Yield();
            var report = LedgerBackup.Make(
                LedgerFile.OpenExisting(options.DatabasePath, options.Synchronous), target);
            if (!report.IsSound)
            {
                AuditText.WriteLines(Console.Out, options.DatabasePath, report);
                return ServerCommand.Fail($"the ledger is damaged, and {target} was not made");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{target}: {new FileInfo(target).Length:N0} bytes, {report.Accounts:N0} accounts, "
                + $"{report.Transactions:N0} transactions, balances {report.BalanceCents} cents, sound, "
                + $"{took.Elapsed.TotalSeconds:F1} s"));
            AuditText.WriteWarnings(Console.Out, report);
            return ExitCode.Good;
        });
        return command;
    }
}
