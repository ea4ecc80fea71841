using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Rinha.Server.Ledger;

namespace Rinha.Server.Operations;

// A ledger as JSON lines (docs/operations/moving.md): a header, a line for each row, and the totals with a SHA-256 of
// all lines before. Both directions stream.
internal static class ExportFile
{
    public const string Format = "rinha-ledger";
    public const int Version = 1;

    // The names of a line's fields, besides the columns' own.
    public const string FormatField = "format";
    public const string VersionField = "version";
    public const string TableField = "table";
    public const string ChecksumField = "sha256";

    public static LedgerTotals Write(Stream output, string ledger, long schemaVersion, IEnumerable<LedgerRow> rows)
    {
        using var lines = new LineWriter(output);
        lines.Json.WriteString(FormatField, Format);
        lines.Json.WriteNumber(VersionField, Version);
        lines.Json.WriteString("ledger"u8, ledger);
        lines.Json.WriteNumber("schemaVersion"u8, schemaVersion);
        lines.Json.WriteString("takenAt"u8, DateTime.UtcNow);
        lines.End();
        var totals = new LedgerTotals();
        foreach (var row in rows)
        {
            totals.Add(row);
            lines.Json.WriteString(TableField, row.Table.Name);
            for (var index = 0; index < row.Cells.Length; index++)
            {
                WriteCell(lines.Json, row.Table.Columns[index].Name, row.Cells[index]);
            }

            lines.End();
        }

        foreach (var (name, value) in FieldsOf(totals))
        {
            lines.Json.WritePropertyName(name);
            lines.Json.WriteRawValue($"{value}");
        }

        lines.EndWithChecksum();
        return totals;
    }

    public static IEnumerable<(string Name, Int128 Value)> FieldsOf(LedgerTotals totals) =>
    [
        ("accounts", totals.Accounts),
        ("transactions", totals.Transactions),
        ("keys", totals.Keys),
        ("balanceCents", totals.BalanceCents),
    ];

    // NULL is left out.
    private static void WriteCell(Utf8JsonWriter json, string name, LedgerCell cell)
    {
        if (cell.Number is { } number)
        {
            json.WriteNumber(name, number);
        }
        else if (cell.Text is { } text)
        {
            json.WriteString(name, text);
        }
    }

    // Each line is an object that is open until End.
    private sealed class LineWriter : IDisposable
    {
        private readonly Stream _output;
        private readonly ArrayBufferWriter<byte> _lines = new(2 * Limits.ExportBufferBytes);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public LineWriter(Stream output)
        {
            _output = output;
            Json = new Utf8JsonWriter(
                _lines, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            Json.WriteStartObject();
        }

        public Utf8JsonWriter Json { get; }

        public void End()
        {
            EndLine();
            if (_lines.WrittenCount >= Limits.ExportBufferBytes)
            {
                _hash.AppendData(_lines.WrittenSpan);
                WriteOut();
            }

            Json.WriteStartObject();
        }

        // The checksum is of all lines but this one, the last.
        public void EndWithChecksum()
        {
            _hash.AppendData(_lines.WrittenSpan); // Without the open line, which Json holds back.
            Json.WriteString(ChecksumField, Convert.ToHexStringLower(_hash.GetHashAndReset()));
            EndLine();
            WriteOut();
            _output.Flush();
        }

        public void Dispose()
        {
            _hash.Dispose();
            Json.Dispose();
        }

        private void EndLine()
        {
            Json.WriteEndObject();
            Json.Flush();
            Json.Reset();
            _lines.Write("\n"u8);
        }

        private void WriteOut()
        {
            _output.Write(_lines.WrittenSpan);
            _lines.ResetWrittenCount();
        }
    }
}
