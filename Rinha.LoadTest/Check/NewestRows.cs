using System.Buffers.Binary;

namespace Rinha.LoadTest.Check;

/// <summary>
/// A client's last ten rows in the form of <c>clientes.ultimas</c> (schema.sql), written apart from the server's code
/// so that a mistake there is not made here too.
/// </summary>
internal sealed class NewestRows
{
    private const int RowsMax = 10;
    private const int RowBytes = 58;
    private const int PostedAt = 8;
    private const int KindAt = 16;
    private const int LengthAt = 17;
    private const int TextAt = 18;

    private readonly byte[] _rows = new byte[RowsMax * RowBytes];
    private int _count;

    /// <summary>The rows so far, newest first.</summary>
    public ReadOnlySpan<byte> Bytes => _rows.AsSpan(0, _count * RowBytes);

    /// <summary>Puts a row in front, and the eleventh out.</summary>
    public void Add(long amountCents, string kind, ReadOnlySpan<byte> text, long postedAtMicroseconds)
    {
        _rows.AsSpan(0, (RowsMax - 1) * RowBytes).CopyTo(_rows.AsSpan(RowBytes));
        _count = Math.Min(_count + 1, RowsMax);
        var row = _rows.AsSpan(0, RowBytes);
        row.Clear();
        BinaryPrimitives.WriteInt64BigEndian(row, amountCents);
        BinaryPrimitives.WriteInt64BigEndian(row[PostedAt..], postedAtMicroseconds);
        row[KindAt] = (byte)kind[0];
        row[LengthAt] = (byte)text.Length;
        text.CopyTo(row[TextAt..]);
    }
}
