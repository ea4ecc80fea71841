using System.CommandLine;
using Rinha.Server.Ledger;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Operations;

// export and import: a whole ledger as JSON lines, out of and into a file or PostgreSQL.
internal static class MoveOperations
{
    private const string Standard = "-";

    public static Command CreateExport(SettingOptions settings)
    {
        var file = Operation.FileArgument<string?>("The new file; it must not exist [default: standard output].");
        file.Arity = ArgumentArity.ZeroOrOne;
        const string description = "Write a snapshot of the ledger as JSON lines, even while instances run.";
        return new Command("export", description) { file }.SetOperation(settings, (parsed, options) =>
        {
            Operation.LowerPriority();
            if (parsed.GetValue(file) is not ({ } path and not Standard))
            {
                using var output = Console.OpenStandardOutput();
                Console.Error.WriteLine($"exported {Export(options, output)}");
                return ExitCode.Success;
            }

            path = Path.GetFullPath(path);
            Console.WriteLine($"{path}: {ExportTo(path, options)}");
            return ExitCode.Success;
        });
    }

    public static Command CreateImport(SettingOptions settings)
    {
        var file = Operation.FileArgument<string>("The export; - for standard input.");
        const string description =
            "Fill an empty ledger from an export, and verify it; a ledger in a file while no instance runs.";
        return new Command("import", description) { file }.SetOperation(settings, (parsed, options) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (path != Standard && !File.Exists(path))
            {
                throw new RefusalException($"there is no export at {Path.GetFullPath(path)}");
            }

            using var input = path == Standard ? Console.OpenStandardInput() : File.OpenRead(path);
            using var export = new ExportReader(input, path == Standard ? "standard input" : path);
            string? previous = null;
            var report = options.Postgres is { } address
                ? PostgresImport.Run(address, export.Read())
                : LedgerImport.Run(options.DatabasePath, export.Read(), out previous);
            return AuditText.ReportReplacement(options.Database, path, report, previous);
        });
    }

    private static LedgerTotals Export(ServerOptions options, Stream output)
    {
        if (options.Postgres is { } address)
        {
            using var snapshot = new PostgresSnapshot(address);
            return ExportFile.Write(output, "postgres", PostgresSchema.Versions.Current, snapshot.ReadLedger());
        }

        var file = LedgerFile.OpenExisting(options.DatabasePath);
        return ExportFile.Write(output, "sqlite", LedgerFile.Versions.Current, LedgerExport.Read(file));
    }

    // The file gets its name once it is whole and on the disk.
    private static LedgerTotals ExportTo(string path, ServerOptions options)
    {
        if (Path.Exists(path))
        {
            throw new RefusalException($"{path} already exists");
        }

        var unfinished = $"{path}.unfinished-{Environment.ProcessId}";
        try
        {
            LedgerTotals totals;
            using (var output = new FileStream(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                totals = Export(options, output);
                output.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: false);
            DurableFile.SyncDirectoryOf(path);
            return totals;
        }
        finally
        {
            File.Delete(unfinished); // No longer there after a success.
        }
    }
}
