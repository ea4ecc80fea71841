namespace Rinha.Server.Tests.Sqlite;

// How long keys are kept, with right and wrong clocks, and how many.
public sealed class KeyRetentionTests : LedgerContract<LedgerOnDisk>
{
    [Fact]
    public void Keys_live_for_24_hours_and_each_new_one_deletes_the_two_oldest_expired()
    {
        Keep("a", "b", "c", "d");
        Age("a", hours: 27);
        Age("b", hours: 26);
        Age("c", hours: 25);
        Age("d", hours: 23);

        Keep("c", "d"); // An expired key is known until it is deleted.
        Assert.Equal("a b c d", Kept());
        Keep("e");
        Assert.Equal("c d e", Kept());
        Keep("a");
        Assert.Equal("d e a", Kept());
    }

    [Fact]
    public void After_a_clock_has_stepped_back_keys_are_dropped_in_order_and_the_ledger_stays_sound()
    {
        Keep("ahead", "b", "c");
        Age("ahead", hours: 24 - 5); // Committed first, by a clock that was five hours ahead.
        Age("b", hours: 25);
        Age("c", hours: 25);

        Keep("d");
        Assert.Equal("ahead b c d", Kept());
        Assert.Empty(LedgerAudit.Run(Storage.FilePath).Warnings);

        Age("ahead", hours: 25);
        Keep("e");
        Assert.Equal("c d e", Kept());
        Assert.Empty(LedgerAudit.Run(Storage.FilePath).Warnings);
    }

    [Fact]
    public void A_gap_left_by_an_earlier_version_closes_by_itself()
    {
        Keep("a", "b", "c", "d");
        Storage.Execute("DELETE FROM chaves WHERE chave = 'b'");
        Age("a", hours: 25);
        Age("c", hours: 25);

        Keep("e");
        Assert.Equal("c d e", Kept());
        Assert.Empty(LedgerAudit.Run(Storage.FilePath).Warnings);
    }

    [Fact]
    public void A_full_key_table_refuses_new_keys()
    {
        Keep("first");
        Storage.Execute($"UPDATE chaves SET id = {Limits.IdempotencyKeysMax - 1}");
        Keep("last but one");
        Storage.Execute("UPDATE chaves SET id = 1 WHERE chave = 'first'");

        Assert.Equal(PostResult.TooManyKeys, Post("one too many"));
        Keep("first");
        Assert.Equal(PostResult.Accepted, Storage.Ledger.Credit(1, 1).Result);

        Age("first", hours: 25);
        Keep("one too many");
    }

    // Refusals: their times belong to no transaction, so a test may change them.
    private void Keep(params string[] keys) =>
        Assert.All(keys, key => Assert.Equal(PostResult.LimitExceeded, Post(key)));

    private PostResult Post(string key) =>
        Storage.Ledger.Post(1, TransactionKind.Debit, Limits.AmountCentsMax, "text", key).Result;

    private void Age(string key, int hours) => Storage.Execute(
        $"UPDATE chaves SET criada_em = {Timestamp.Now.MicrosecondsSinceEpoch} - {hours} * 3600000000 "
        + $"WHERE chave = '{key}'");

    private string Kept() =>
        LedgerRows.QueryText(Storage.FilePath, "SELECT group_concat(chave, ' ' ORDER BY id) FROM chaves");
}
