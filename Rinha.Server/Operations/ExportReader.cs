using System.Security.Cryptography;
using Rinha.Server.Ledger;

namespace Rinha.Server.Operations;

// Reads what ExportFile wrote, row by row. The rows are only known to be whole once the last one has been read, so
// commit nothing before.
internal sealed class ExportReader(Stream input, string name) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[Limits.ExportBufferBytes];
    private readonly LedgerTotals _totals = new();
    private int _start;
    private int _end;
    private long _line;

    // RefusalException: not an export, or one of another version. InvalidDataException: it was cut off or changed.
    public IEnumerable<LedgerRow> Read()
    {
        var header = ReadLine();
        CheckHeader(header.Span);
        _hash.AppendData(header.Span);
        while (true)
        {
            var line = ReadLine();
            if (TryParseRow(line.Span, out var row))
            {
                _totals.Add(row);
                _hash.AppendData(line.Span);
                yield return row;
            }
            else
            {
                CheckTotals(line);
                yield break;
            }
        }
    }

    public void Dispose() => _hash.Dispose();

    // The next line with its line feed; valid until the next call.
    private ReadOnlyMemory<byte> ReadLine()
    {
        _line++;
        while (true)
        {
            var length = _buffer.AsSpan(_start.._end).IndexOf((byte)'\n') + 1;
            if (length > 0)
            {
                _start += length;
                return _buffer.AsMemory(_start - length, length);
            }

            if (!TryFill())
            {
                throw _line == 1 ? NoExport() : new InvalidDataException(
                    _end - _start == _buffer.Length ? $"{name}, line {_line}: too long; the file was changed"
                    : $"{name} is cut off at line {_line}: the totals are missing");
            }
        }
    }

    // False if the buffer is full or the input has ended.
    private bool TryFill()
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = input.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }

    private void CheckHeader(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.ToArray());
            if (document.RootElement.GetProperty(ExportFile.FormatField).GetString() == ExportFile.Format)
            {
                var version = document.RootElement.GetProperty(ExportFile.VersionField).GetInt32();
                if (version != ExportFile.Version)
                {
                    throw new RefusalException(
                        $"{name} has version {version} of the format; this server reads version {ExportFile.Version}");
                }

                return;
            }
        }
        catch (Exception error) when (IsMalformed(error))
        {
            // The same as another format.
        }

        throw NoExport();
    }

    // False for the totals.
    private bool TryParseRow(ReadOnlySpan<byte> line, out LedgerRow row)
    {
        try
        {
            row = default;
            var json = new Utf8JsonReader(line);
            if (!json.Read() || !json.Read() || !json.ValueTextEquals(ExportFile.TableField))
            {
                return false;
            }

            json.Read();
            var table = json.GetString();
            row = ParseRow(ref json, LedgerTable.All.First(known => known.Name == table));
            return true;
        }
        catch (Exception error) when (IsMalformed(error))
        {
            throw Changed(error);
        }
    }

    private static LedgerRow ParseRow(ref Utf8JsonReader json, LedgerTable table)
    {
        var cells = new LedgerCell[table.Columns.Count];
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var index = 0;
            while (!json.ValueTextEquals(table.Columns[index].Name))
            {
                index = index + 1 < cells.Length ? index + 1 : throw new JsonException("an unknown field");
            }

            json.Read();
            cells[index] = !cells[index].IsNull ? throw new JsonException("a field is there twice")
                : table.Columns[index].IsText ? new LedgerCell(null, Encoding.UTF8.GetBytes(json.GetString()!))
                : new LedgerCell(json.GetInt64());
        }

        return json.Read() ? throw new JsonException("more than one value") : new LedgerRow(table, cells);
    }

    private void CheckTotals(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var checksum = document.RootElement.GetProperty(ExportFile.ChecksumField).GetString();
            if (checksum == Convert.ToHexStringLower(_hash.GetHashAndReset())
                && ExportFile.FieldsOf(_totals).All(field =>
                    document.RootElement.GetProperty(field.Name).GetRawText() == $"{field.Value}")
                && _start == _end && !TryFill())
            {
                return;
            }
        }
        catch (Exception error) when (IsMalformed(error))
        {
            throw Changed(error);
        }

        throw new InvalidDataException($"{name} was changed after the export: the checksum or the totals differ");
    }

    // GetString throws InvalidOperationException for other types and for half a surrogate pair.
    private static bool IsMalformed(Exception error) => error is JsonException or FormatException
        or InvalidOperationException or KeyNotFoundException or ArgumentException;

    private InvalidDataException Changed(Exception cause) =>
        new($"{name}, line {_line}: not a line of an export; the file was changed", cause);

    private RefusalException NoExport() => new($"{name} is not an export of a ledger");
}
