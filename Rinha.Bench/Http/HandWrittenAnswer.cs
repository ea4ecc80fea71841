using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using Rinha.Server.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>
/// The alternative to the JSON writer: answers put together byte by byte, in a buffer that is used again.
/// </summary>
internal sealed class HandWrittenAnswer
{
    // As AnswerBuffer: more than the longest statement.
    private const int BufferBytes = 4096;

    // What JavaScriptEncoder.UnsafeRelaxedJsonEscaping leaves alone in ASCII; anything else is given to it.
    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        [.. Enumerable.Range(' ', 0x7F - ' ').Select(value => (byte)value).Where(value => value is not (34 or 92))]);

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _length;

    /// <summary>Writes the answer to a transaction.</summary>
    /// <returns>Its bytes; valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(in TransactionResponse answer)
    {
        _length = 0;
        Put("{\"limite\":"u8);
        Put(answer.LimitCents);
        Put(",\"saldo\":"u8);
        Put(answer.BalanceCents);
        Put("}"u8);
        return _buffer.AsSpan(0, _length);
    }

    /// <summary>Writes a statement.</summary>
    /// <returns>Its bytes; valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(Statement statement)
    {
        _length = 0;
        Put("{\"saldo\":{\"total\":"u8);
        Put(statement.BalanceCents);
        Put(",\"data_extrato\":\""u8);
        Put(statement.ReadAt);
        Put("\",\"limite\":"u8);
        Put(statement.LimitCents);
        Put("},\"ultimas_transacoes\":["u8);
        var separator = ""u8;
        foreach (ref readonly var entry in statement.Entries)
        {
            Put(separator);
            separator = ","u8;
            Put("{\"valor\":"u8);
            Put(entry.AmountCents);
            Put(entry.Kind == TransactionKind.Credit
                ? ",\"tipo\":\"c\",\"descricao\":\""u8
                : ",\"tipo\":\"d\",\"descricao\":\""u8);
            PutText(entry.Description.AsUtf8());
            Put("\",\"realizada_em\":\""u8);
            Put(entry.PostedAt);
            Put("\"}"u8);
        }

        Put("]}"u8);
        return _buffer.AsSpan(0, _length);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Put(long value)
    {
        _ = Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    private void PutText(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.ContainsAnyExcept(s_plain))
        {
            Put(utf8);
            return;
        }

        var encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        _ = encoder.EncodeUtf8(utf8, _buffer.AsSpan(_length), out _, out var written);
        _length += written;
    }

    // yyyy-MM-ddTHH:mm:ss.ffffffZ
    private void Put(Timestamp timestamp)
    {
        var utc = timestamp.ToUtc();
        Put(utc.Year, 4, (byte)'-');
        Put(utc.Month, 2, (byte)'-');
        Put(utc.Day, 2, (byte)'T');
        Put(utc.Hour, 2, (byte)':');
        Put(utc.Minute, 2, (byte)':');
        Put(utc.Second, 2, (byte)'.');
        Put((int)(utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond), 6, (byte)'Z');
    }

    private void Put(int value, int digits, byte end)
    {
        var rest = value;
        for (var index = _length + digits - 1; index >= _length; index--)
        {
            _buffer[index] = (byte)('0' + (rest % 10));
            rest /= 10;
        }

        _length += digits;
        _buffer[_length++] = end;
    }
}
