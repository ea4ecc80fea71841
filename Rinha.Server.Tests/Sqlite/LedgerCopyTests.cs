namespace Rinha.Server.Tests.Sqlite;

public sealed class LedgerCopyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_copy_that_is_locked_out_fails()
    {
        SampleLedger.Make(_directory.File("rinha.db"));
        using var source = Database.OpenToLook(_directory.File("rinha.db"));
        using var target = Database.Open(_directory.File("copy.db"));
        target.SetBusyTimeout(0);
        using (LockedDatabase.Of(_directory.File("copy.db")))
        {
            var failure = Assert.Throws<SqliteException>(
                () => LedgerCopy.CopyPages(source, target, () => Assert.Fail("a step was made")));
            Assert.Equal(SqliteResult.Busy, SqliteResult.Primary(failure.ResultCode));
        }

        LedgerCopy.CopyPages(source, target, static () => { });
        Assert.Equal(SampleLedger.Transactions, target.QueryInt64("SELECT count(*) FROM transacoes"));
    }

    public void Dispose() => _directory.Dispose();
}
