using System.Buffers.Binary;
using FsCheck.Xunit;
using Rinha.Server.Tests.Ledger;

namespace Rinha.Server.Tests.Sqlite;

public sealed class NewestEntriesTests
{
    private const string Longest = "💰💸💳🏦💱💲🪙💴💵💶"; // ten scalar values of four bytes

    private static readonly Timestamp s_time = new(1_705_458_881_217_753);

    [Fact]
    public void An_entry_has_the_documented_bytes()
    {
        Assert.Equal((58, 580), (NewestEntries.EntryBytes, NewestEntries.BytesMax));

        var entry = Write(258, TransactionKind.Debit, "ça", s_time);

        Assert.Equal(
            "0000000000000102" + "00060F1B16CB44D9" + "64" + "03" + "C3A761" + new string('0', 74),
            Convert.ToHexString(entry));
    }

    [Property(Arbitrary = [typeof(LedgerArbitraries)], MaxTest = 200)]
    public void Any_entry_is_read_back_as_written(LedgerStep step, Rune[] runes) =>
        AssertReadBack(step.AmountCents, step.Kind, string.Concat(runes), new Timestamp(step.AmountCents - 1000));

    [Property(MaxTest = 500)]
    public void Any_bytes_are_read_or_refused(byte[] bytes, byte entries)
    {
        var all = new byte[entries % 12 * NewestEntries.EntryBytes];
        for (var index = 0; index < all.Length && bytes.Length > 0; index++)
        {
            all[index] = bytes[index % bytes.Length];
        }

        _ = TryRead(all, out _);
        _ = TryRead(bytes, out _);
    }

    [Fact]
    public void A_shorter_text_overwrites_the_longest_one_completely()
    {
        AssertReadBack(Limits.AmountCentsMax, TransactionKind.Debit, Longest, s_time);
        var entry = Write(1, TransactionKind.Credit, Longest, s_time);

        NewestEntries.Write(entry, Post(2, TransactionKind.Debit, "x"), s_time);

        Assert.Equal(Write(2, TransactionKind.Debit, "x", s_time), entry);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(17, false)]
    [InlineData(57, false)]
    [InlineData(59, false)]
    [InlineData(580, true)]
    [InlineData(638, false)]
    public void Up_to_ten_whole_entries_are_read(int length, bool areRead)
    {
        var one = Write(1, TransactionKind.Credit, "x", s_time);
        byte[] bytes = [.. Enumerable.Repeat(one, 11).SelectMany(entry => entry).Take(length)];

        Assert.Equal(areRead, TryRead(bytes, out var statement));
        Assert.Equal(areRead ? length / NewestEntries.EntryBytes : 0, statement.Entries.Length);
    }

    [Theory]
    [InlineData(16, 0)] // the kind
    [InlineData(16, 'C')]
    [InlineData(16, 'x')]
    [InlineData(17, 0)] // the text's length
    [InlineData(17, 41)]
    [InlineData(17, 255)]
    [InlineData(17, 11)] // eleven scalar values
    [InlineData(18, 0xFF)] // the text: invalid UTF-8
    [InlineData(18, 0x80)]
    [InlineData(20, 0xE2)] // its last character cut off
    public void A_wrong_byte_is_refused_whatever_is_before_it(int at, byte value)
    {
        byte[] two =
        [
            .. Write(1, TransactionKind.Credit, "new", s_time), .. Write(2, TransactionKind.Debit, "old", s_time),
        ];
        two[NewestEntries.EntryBytes + at] = value;

        Assert.False(TryRead(two, out _));
        Assert.True(TryRead(two.AsSpan(0, NewestEntries.EntryBytes), out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    [InlineData(0, Limits.AmountCentsMax + 1)]
    [InlineData(0, long.MinValue)]
    [InlineData(8, long.MaxValue)] // The time: outside the calendar.
    [InlineData(8, long.MinValue)]
    public void An_amount_or_a_time_out_of_range_is_refused(int at, long value)
    {
        var entry = Write(1, TransactionKind.Credit, "x", s_time);
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(at), value);

        Assert.False(TryRead(entry, out _));
    }

    private static void AssertReadBack(long amountCents, TransactionKind kind, string text, Timestamp postedAt)
    {
        Assert.True(TryRead(Write(amountCents, kind, text, postedAt), out var statement));

        Assert.Equal([text], statement.Texts());
        Assert.Equal(
            (amountCents, kind, postedAt),
            (statement.Entries[0].AmountCents, statement.Entries[0].Kind, statement.Entries[0].PostedAt));
    }

    private static PendingPost Post(long amountCents, TransactionKind kind, string text) =>
        new() { AmountCents = amountCents, Kind = kind, Description = LedgerExtensions.Describe(text) };

    private static byte[] Write(long amountCents, TransactionKind kind, string text, Timestamp postedAt)
    {
        var entry = new byte[NewestEntries.EntryBytes];
        NewestEntries.Write(entry, Post(amountCents, kind, text), postedAt);
        return entry;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out Statement statement)
    {
        statement = new Statement();
        return NewestEntries.TryRead(bytes, statement);
    }
}
