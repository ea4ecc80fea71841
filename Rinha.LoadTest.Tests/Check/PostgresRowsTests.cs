using System.Data.Common;

namespace Rinha.LoadTest.Tests.Check;

/// <summary>The oracle's look into a PostgreSQL database.</summary>
public sealed class PostgresRowsTests() : LedgerRowsTests(() => new LedgerDatabase())
{
    [Fact]
    public void The_same_transactions_are_read_from_a_database_and_from_a_file()
    {
        using var database = new LedgerDatabase();
        using var file = new LedgerFile();
        (int ClientId, int Cents, string Text)[] posts =
        [
            (1, 500, Answers.TextOf(1)), (2, 300, Answers.TextOf(3)), (1, -200, Answers.TextOf(2)),
            (5, -400, Answers.TextOf(4)), (3, -5, "ção \u0001 €"),
        ];
        foreach (var (clientId, cents, text) in posts)
        {
            database.Post(clientId, cents, text);
        }

        foreach (var (clientId, cents, text) in posts.OrderByDescending(post => post.ClientId))
        {
            file.Post(clientId, cents, text);
        }

        var (here, there) = (LedgerRows.Read(database.Place), LedgerRows.Read(file.Place));

        Assert.Equal(there.Rows.OrderBy(row => row.Key), here.Rows.OrderBy(row => row.Key));
        Assert.Equal((1, 1), (here.Others, there.Others));
        Assert.Equal(there.Clients.Select(client => client with { HasNewestRows = false }), here.Clients);
        Assert.Equal((false, true), (here.KeepsNewest, there.KeepsNewest));
    }

    [Fact]
    public void A_database_without_the_tables_cannot_be_read()
    {
        using var database = new LedgerDatabase();
        database.Execute("DROP TABLE transacoes");

        Assert.ThrowsAny<DbException>(() => LedgerRows.Read(database.Place));
    }
}
