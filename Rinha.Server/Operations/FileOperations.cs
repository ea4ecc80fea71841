using System.CommandLine;
using Rinha.Server.Ledger;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Operations;

// create, backup, restore and checkpoint, for a ledger in a file, and verify. All but restore work while instances run.
internal static class FileOperations
{
    public static Command CreateCreate(SettingOptions settings)
    {
        const string description = "Create a new ledger with the accounts of RINHA_ACCOUNTS, whatever the mode.";
        return new Command("create", description).SetOperation(settings, (_, options) =>
        {
            var path = Operation.LedgerPathOf(options);
            if (new FileInfo(path) is { Exists: true, Length: > 0 }
                || !LedgerFile.Open(path, Synchronous.Full, accounts: options.Get(Setting.Accounts)).IsNew)
            {
                throw new RefusalException($"there is a ledger or another file at {path}");
            }

            Console.WriteLine($"{path}: new ledger");
            return ExitCode.Success;
        });
    }

    public static Command CreateBackup(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("The new file; it must not exist.");
        const string description = "Copy a snapshot of the ledger into a new file, even while instances run.";
        return new Command("backup", description) { file }.SetOperation(settings, (parsed, options) =>
        {
            var path = Operation.LedgerPathOf(options);
            var target = Path.GetFullPath(parsed.GetRequiredValue(file));
            var took = Stopwatch.StartNew();
            Operation.LowerPriority();
            var report = LedgerBackup.Make(LedgerFile.OpenExisting(path), target);
            if (!report.IsSound)
            {
                AuditText.WriteLines(Console.Out, path, report);
                return ServerCommand.Fail($"the ledger is damaged; {target} was not created");
            }

            Console.WriteLine(
                $"{target}: {new FileInfo(target).Length:N0} bytes, {report.Accounts:N0} accounts, "
                + $"{report.Transactions:N0} transactions, balances {report.BalanceCents} cents, sound, "
                + $"{took.Elapsed.TotalSeconds:F1} s");
            AuditText.WriteWarnings(Console.Out, report);
            return ExitCode.Success;
        });
    }

    public static Command CreateRestore(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("The backup; it is copied, not moved.");
        const string description = "Replace the ledger with a backup while no instance runs; the old ledger is kept.";
        return new Command("restore", description) { file }.SetOperation(settings, (parsed, options) =>
        {
            var path = Operation.LedgerPathOf(options);
            var backup = Path.GetFullPath(parsed.GetRequiredValue(file));
            var report = LedgerRestore.Run(path, backup, out var previous);
            return AuditText.ReportReplacement(path, backup, report, previous);
        });
    }

    public static Command CreateVerify(SettingOptions settings)
    {
        var file = Operation.FileArgument<string?>("A ledger or a backup [default: the ledger of the settings].");
        file.Arity = ArgumentArity.ZeroOrOne;
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        const string description = "Check the ledger, or a backup, for consistency; read-only.";
        return new Command("verify", description) { file, json }.SetOperation(settings, (parsed, options) =>
        {
            var path = parsed.GetValue(file) is { } given ? Path.GetFullPath(given)
                : options.Postgres is null ? options.DatabasePath : options.Database;
            Operation.LowerPriority();
            var report = path == options.Database && options.Postgres is { } address
                ? Verify(address)
                : LedgerAudit.Run(path);
            if (parsed.GetValue(json))
            {
                using var output = Console.OpenStandardOutput();
                AuditText.WriteJson(output, path, report);
            }
            else
            {
                AuditText.WriteLines(Console.Out, path, report);
            }

            return report.IsSound ? ExitCode.Success : ExitCode.Failure;
        });
    }

    public static Command CreateCheckpoint(SettingOptions settings)
    {
        const string description = "Move the write-ahead log into the database, even while instances run.";
        return new Command("checkpoint", description).SetOperation(settings, (_, options) =>
        {
            var path = Operation.LedgerPathOf(options);
            using var checkpoint = new ManualCheckpoint(LedgerFile.OpenExisting(path));
            var isWhole = checkpoint.TryRun(out var pages, out var moved);
            Console.WriteLine(
                $"{path}: {moved:N0} of {pages:N0} pages are in the database, "
                + $"the log has {LedgerFile.WalBytesOf(path):N0} bytes");
            return (isWhole, pages == moved) switch
            {
                (false, _) => ServerCommand.Fail("an instance does not leave the gate"),
                (_, false) => ServerCommand.Fail("a reader's snapshot still needs the rest of the log"),
                (true, true) => ExitCode.Success,
            };
        });
    }

    private static AuditReport Verify(PostgresAddress address)
    {
        using var snapshot = new PostgresSnapshot(address);
        return snapshot.Audit();
    }
}
