using System.CommandLine;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

/// <summary><c>restore FILE</c>: puts a backup in the ledger's place while no instance runs.</summary>
internal static class RestoreOperation
{
    /// <summary>The command.</summary>
    public static Command Create(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("A backup; it stays where it is.");
        var command = new Command(
            "restore", "Put a backup in the ledger's place while no instance runs; the ledger is kept aside.");
        command.Arguments.Add(file);
        command.SetFileOperation(settings, (parsed, options) =>
        {
            var backup = Path.GetFullPath(parsed.GetRequiredValue(file));
            var report = LedgerRestore.Run(options.DatabasePath, backup, out var aside);
            if (!report.IsSound)
            {
                AuditText.WriteLines(Console.Out, backup, report);
                return ServerCommand.Fail($"{backup} is damaged, and nothing was changed");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.DatabasePath}: {report.Accounts:N0} accounts, {report.Transactions:N0} transactions, "
                + $"balances {report.BalanceCents} cents, from {backup}"));
            if (aside is not null)
            {
                Console.WriteLine($"the ledger before it is {aside}");
            }

            return ExitCode.Good;
        });
        return command;
    }
}
