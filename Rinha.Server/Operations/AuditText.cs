using System.Text.Encodings.Web;
using Rinha.Server.Ledger;

namespace Rinha.Server.Operations;

// Prints an audit's report as text or JSON.
internal static class AuditText
{
    private const string JsonTime = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK";

    // What restore and import say of the file that has replaced the ledger, or has not because the audit found damage.
    // Returns the exit code.
    public static int ReportReplacement(string ledger, string source, AuditReport report, string? previous)
    {
        if (!report.IsSound)
        {
            WriteLines(Console.Out, source, report);
            return ServerCommand.Fail($"{source} is damaged; nothing was changed");
        }

        Console.WriteLine(
            $"{ledger}: {report.Accounts:N0} accounts, {report.Transactions:N0} transactions, {report.Keys:N0} keys, "
            + $"balances {report.BalanceCents} cents, sound, from {source}");
        if (previous is not null)
        {
            Console.WriteLine($"the previous ledger is {previous}");
        }

        return ExitCode.Success;
    }

    public static void WriteLines(TextWriter output, string path, AuditReport report)
    {
        output.WriteLine(
            $"""
            {path}: {(report.IsSound ? "sound" : $"{report.FindingCount} findings")}
              accounts      {report.Accounts:N0}
              transactions  {report.Transactions:N0}
              balances      {report.BalanceCents} cents
              kept keys     {report.Keys:N0}
              log           {(report.WalBytes is { } bytes ? $"{bytes:N0} bytes" : "-")}
              first         {report.Oldest:yyyy-MM-ddTHH:mm:ss.ffffffZ}
              last          {report.Newest:yyyy-MM-ddTHH:mm:ss.ffffffZ}
            """);
        foreach (var finding in report.Findings)
        {
            output.WriteLine($"  {finding.Check}: {finding.What}");
        }

        if (report.FindingCount > report.Findings.Count)
        {
            output.WriteLine($"  and {report.FindingCount - report.Findings.Count} more");
        }

        WriteWarnings(output, report);
    }

    public static void WriteWarnings(TextWriter output, AuditReport report)
    {
        foreach (var warning in report.Warnings)
        {
            output.WriteLine($"  warning: {warning.Check}: {warning.What}");
        }
    }

    // Writes one JSON object and a line feed.
    public static void WriteJson(Stream output, string path, AuditReport report)
    {
        using (var json = new Utf8JsonWriter(
            output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("ledger"u8, path);
            json.WriteBoolean("sound"u8, report.IsSound);
            json.WriteNumber("accounts"u8, report.Accounts);
            json.WriteNumber("transactions"u8, report.Transactions);
            json.WritePropertyName("balanceCents"u8);
            json.WriteRawValue($"{report.BalanceCents}");
            json.WriteNumber("keptKeys"u8, report.Keys);
            if (report.WalBytes is { } walBytes)
            {
                json.WriteNumber("walBytes"u8, walBytes);
            }

            json.WriteString("oldest"u8, report.Oldest?.ToString(JsonTime));
            json.WriteString("newest"u8, report.Newest?.ToString(JsonTime));
            json.WriteNumber("findingCount"u8, report.FindingCount);
            WriteFindings(json, "findings", report.Findings);
            WriteFindings(json, "warnings", report.Warnings);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void WriteFindings(Utf8JsonWriter json, string name, IReadOnlyList<AuditFinding> findings)
    {
        json.WriteStartArray(name);
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("check"u8, finding.Check);
            json.WriteString("what"u8, finding.What);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
