namespace Rinha.Server.Tests.Sqlite;

public sealed class FileTests : LedgerContract<LedgerOnDisk>
{
    [Theory]
    [InlineData("zeroblob(1)")]
    [InlineData("zeroblob(57)")]
    [InlineData("zeroblob(59)")]
    [InlineData("zeroblob(638)")]
    [InlineData("'text'")]
    [InlineData("NULL")]
    public void The_file_itself_refuses_newest_entries_with_a_wrong_length(string value)
    {
        _ = Ledger;

        Assert.True(Storage.Refuses($"UPDATE clientes SET ultimas = {value} WHERE id = 1"));
        Storage.Execute("UPDATE clientes SET ultimas = zeroblob(580) WHERE id = 1");
    }

    [Fact]
    public void The_sequence_not_the_clock_orders_a_statement()
    {
        Ledger.Credit(1, 1, "first");
        Ledger.Credit(1, 1, "second");
        // As if the clock had been set back by two centuries after the first. The time is bytes 9 to 16 of an entry.
        Storage.Execute("""
            UPDATE transacoes SET realizada_em = 9000000000000000 WHERE seq = 1;
            UPDATE clientes SET ultimas = unhex(substr(hex(ultimas), 1, 132) || format('%016X', 9000000000000000)
              || substr(hex(ultimas), 149)) WHERE id = 1;
            """);

        Ledger.Credit(1, 1, "third");

        Assert.Equal(["third", "second", "first"], Ledger.Statement(1).Texts());
        Assert.Equal(9_000_000_000_000_000, Ledger.Statement(1).Entries[2].PostedAt.MicrosecondsSinceEpoch);
        Storage.AssertBalanced();
    }

    [Fact]
    public void The_database_file_is_never_mapped()
    {
        Ledger.Credit(1, 1);
        Storage.Close(); // Moves the WAL into the database file, which a mapping would serve.

        Assert.Equal(1, Ledger.Statement(1).BalanceCents);
        Assert.Single(Ledger.Page(1, long.MaxValue, 1).Sequences());
        using var look = Database.OpenReadOnly(Storage.FilePath);
        Assert.Equal(1, look.QueryInt64("SELECT count(*) FROM transacoes"));

        var maps = File.ReadAllLines("/proc/self/maps");
        Assert.Contains(maps, line => line.EndsWith(Storage.FilePath + "-shm", StringComparison.Ordinal));
        Assert.DoesNotContain(maps, line => line.EndsWith(Storage.FilePath, StringComparison.Ordinal));
    }

    [Fact]
    public void A_page_reads_no_more_rows_than_it_must()
    {
        // Rows outside the marked range are invalid: reading one fails the page.
        Storage.Ledger.CreditAtOnce(5 * 300);
        Storage.Execute("UPDATE transacoes SET realizada_em = 9223372036854775807 WHERE seq > 128 OR seq <= 20");

        Assert.Equal([100, 99, 98], Storage.Ledger.Page(1, 101, 3).Sequences());
        Assert.Equal(
            LookupResult.StorageFailed, Storage.Ledger.ReadHistory(1, LedgerExtensions.NewPage(long.MaxValue, 1)));
        Assert.Equal(LookupResult.Found, Storage.Ledger.FindAccount(1));
    }
}
