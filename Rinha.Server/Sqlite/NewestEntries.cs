using System.Buffers.Binary;
using System.Text.Unicode;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

// The format of clientes.ultimas: a client's newest entries, newest first, each of EntryBytes so that the database
// itself can put one in front and cut off the eleventh. An entry is the amount in cents and the microseconds since 1970
// (8 bytes each, big-endian, as hex() shows them), the kind's letter, the text's length and 40 bytes of text.
internal static class NewestEntries
{
    public const int EntryBytes = TextAt + Description.BytesMax;

    public const int BytesMax = Statement.EntriesMax * EntryBytes;

    private const int TimeAt = 8;
    private const int KindAt = 16;
    private const int LengthAt = 17;
    private const int TextAt = 18;

    // Writes an entry; the rest of its text is zeros.
    public static void Write(Span<byte> entry, PendingPost post, Timestamp postedAt)
    {
        var description = post.Description;
        var text = description.AsUtf8();
        BinaryPrimitives.WriteInt64BigEndian(entry, post.AmountCents);
        BinaryPrimitives.WriteInt64BigEndian(entry[TimeAt..], postedAt.MicrosecondsSinceEpoch);
        entry[KindAt] = post.Kind.Letter();
        entry[LengthAt] = (byte)text.Length;
        entry[TextAt..].Clear();
        text.CopyTo(entry[TextAt..]);
    }

    // Adds the entries to a statement; false if one is damaged: then it has added those before it.
    public static bool TryRead(ReadOnlySpan<byte> entries, Statement statement)
    {
        if (entries.Length > BytesMax || entries.Length % EntryBytes != 0)
        {
            return false;
        }

        for (; !entries.IsEmpty; entries = entries[EntryBytes..])
        {
            if (!TryReadOne(entries[..EntryBytes], out var entry))
            {
                return false;
            }

            statement.Add(entry);
        }

        return true;
    }

    private static bool TryReadOne(ReadOnlySpan<byte> bytes, out StatementEntry entry)
    {
        entry = default;
        var amount = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var length = bytes[LengthAt];
        if (amount is < 1 or > Limits.AmountCentsMax
            || !Timestamp.TryCreate(BinaryPrimitives.ReadInt64BigEndian(bytes[TimeAt..]), out var postedAt)
            || !TransactionKinds.TryParse(bytes[KindAt], out var kind)
            || length > Description.BytesMax
            || !Utf8.IsValid(bytes.Slice(TextAt, length))
            || !Description.TryCreate(bytes.Slice(TextAt, length), out var description))
        {
            return false;
        }

        entry = new StatementEntry(amount, kind, description, postedAt);
        return true;
    }
}
