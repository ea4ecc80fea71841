using System.CommandLine;
using Rinha.Server.Sqlite;

namespace Rinha.Server.Operations;

/// <summary><c>verify [FILE]</c>: holds a ledger against itself, also while instances run.</summary>
internal static class VerifyOperation
{
    /// <summary>The command.</summary>
    public static Command Create(SettingOptions settings)
    {
        var file = Operation.FileArgument<string?>("A ledger or a backup [default: the ledger of the settings].");
        file.Arity = ArgumentArity.ZeroOrOne;
        var json = new Option<bool>("--json") { Description = "The report as one JSON object." };
        var command = new Command("verify", "Hold the ledger, or a backup, against itself; read-only.");
        command.Arguments.Add(file);
        command.Options.Add(json);
        command.SetOperation(settings, (parsed, options) =>
        {
            var path = parsed.GetValue(file) is { } given ? Path.GetFullPath(given) : Operation.FileOf(options);
            Niceness.Yield();
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
        return command;
    }
}
