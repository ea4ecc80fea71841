using System.CommandLine;
using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Operations;

// The commands for a ledger in a file; all but restore work while instances run.
internal static class FileOperations
{
    public static Command CreateBackup(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("Where to; nothing may be there yet.");
        const string does = "Copy the ledger as it is now into a new file, while instances run.";
        return new Command("backup", does) { file }.SetOperation(settings, (parsed, options) =>
        {
            var path = Operation.FileOf(options);
            var target = Path.GetFullPath(parsed.GetRequiredValue(file));
            var took = Stopwatch.StartNew();
            Operation.YieldProcessor();
            var report = LedgerBackup.Make(LedgerFile.OpenExisting(path, options.Synchronous), target);
            if (!report.IsSound)
            {
                AuditText.WriteLines(Console.Out, path, report);
                return ServerCommand.Fail($"the ledger is damaged, and {target} was not made");
            }

            Console.WriteLine(
                $"{target}: {new FileInfo(target).Length:N0} bytes, {report.Accounts:N0} accounts, "
                + $"{report.Transactions:N0} transactions, balances {report.BalanceCents} cents, sound, "
                + $"{took.Elapsed.TotalSeconds:F1} s");
            AuditText.WriteWarnings(Console.Out, report);
            return ExitCode.Good;
        });
    }

    public static Command CreateRestore(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("A backup; it stays where it is.");
        const string does = "Put a backup in the ledger's place while no instance runs; the ledger is kept aside.";
        return new Command("restore", does) { file }.SetOperation(settings, (parsed, options) =>
        {
            var path = Operation.FileOf(options);
            var backup = Path.GetFullPath(parsed.GetRequiredValue(file));
            var report = LedgerRestore.Run(path, backup, out var aside);
            if (!report.IsSound)
            {
                AuditText.WriteLines(Console.Out, backup, report);
                return ServerCommand.Fail($"{backup} is damaged, and nothing was changed");
            }

            Console.WriteLine(
                $"{path}: {report.Accounts:N0} accounts, {report.Transactions:N0} transactions, "
                + $"balances {report.BalanceCents} cents, from {backup}");
            if (aside is not null)
            {
                Console.WriteLine($"the ledger before it is {aside}");
            }

            return ExitCode.Good;
        });
    }

    public static Command CreateVerify(SettingOptions settings)
    {
        var file = Operation.FileArgument<string?>("A ledger or a backup [default: the ledger of the settings].");
        file.Arity = ArgumentArity.ZeroOrOne;
        var json = new Option<bool>("--json") { Description = "The report as one JSON object." };
        const string does = "Hold the ledger, or a backup, against itself; read-only.";
        return new Command("verify", does) { file, json }.SetOperation(settings, (parsed, options) =>
        {
            var path = parsed.GetValue(file) is { } given ? Path.GetFullPath(given) : Operation.FileOf(options);
            Operation.YieldProcessor();
            var report = LedgerAudit.Run(path);
            if (parsed.GetValue(json))
            {
                using var output = Console.OpenStandardOutput();
                AuditText.WriteJson(output, path, report);
            }
            else
            {
                AuditText.WriteLines(Console.Out, path, report);
            }

            return report.IsSound ? ExitCode.Good : ExitCode.Failed;
        });
    }

    public static Command CreateCheckpoint(SettingOptions settings)
    {
        const string does = "Move the write-ahead log into the database, while instances run.";
        return new Command("checkpoint", does).SetOperation(settings, (_, options) =>
        {
            var path = Operation.FileOf(options);
            using var log = new LogMove(LedgerFile.OpenExisting(path, options.Synchronous));
            var isWhole = log.TryRun(out var pages, out var moved);
            Console.WriteLine(
                $"{path}: {moved:N0} of {pages:N0} pages are in the database, "
                + $"the log has {LedgerFile.WalBytesOf(path):N0} bytes");
            return (isWhole, pages == moved) switch
            {
                (false, _) => ServerCommand.Fail("an instance stays inside the gate"),
                (_, false) => ServerCommand.Fail("a reader needs the rest of the log where it is"),
                (true, true) => ExitCode.Good,
            };
        });
    }
}
