using Microsoft.Data.Sqlite;

namespace Rinha.LoadTest.Tests.Check;

/// <summary>The oracle's look into a SQLite file.</summary>
public sealed class FileRowsTests() : LedgerRowsTests(() => new LedgerFile())
{
    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(25)]
    public void A_clients_row_must_have_its_last_ten_transactions_byte_for_byte(int rows)
    {
        for (var row = 1; row <= rows; row++)
        {
            Ledger.Post(4, row, $"ção {row}");
        }

        AssertViolations();

        Ledger.Execute("UPDATE transacoes SET realizada_em = 1 WHERE id = (SELECT max(id) FROM transacoes)");
        AssertViolations(Newest);
        Assert.Equal($"client 4: not those of its {rows} rows", Example(Newest));
    }

    [Fact]
    public void Rows_whose_numbers_are_not_in_their_order_are_found()
    {
        Ledger.Execute("UPDATE transacoes SET seq = 4 - seq WHERE cliente_id = 1");

        AssertViolations(Sums);
        Assert.Equal("client 1: balance 301, sum 301, 3 rows, 2 out of turn, sequence 3", Example(Sums));
    }

    [Fact]
    public void A_file_that_is_no_ledger_cannot_be_read()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("text"), "something else, long enough to look like a file of SQLite");

        Assert.Throws<SqliteException>(() => LedgerRows.Read(new LedgerInFile(directory.File("text"))));
        Assert.Throws<SqliteException>(() => LedgerRows.Read(new LedgerInFile(directory.File("missing"))));
        Assert.False(File.Exists(directory.File("missing")));
    }
}
