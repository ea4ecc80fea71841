namespace Rinha.Server.Tests.Fixtures;

// A small ledger for tests that damage it.
internal static class SampleLedger
{
    public const int Transactions = 24;

    public const long BalanceCents = 200;

    // Client 1 has 20 credits, three of them with a key; client 2 is in debt; client 3 has unusual texts; client 4 has
    // one refusal with a key; client 5 has nothing.
    public static void Make(string path)
    {
        using var ledger = LedgerExtensions.OpenLedger(path);
        Fill(ledger);
    }

    // Fills a new ledger of any kind.
    public static void Fill(ILedger ledger)
    {
        for (var number = 1; number <= 17; number++)
        {
            Accept(ledger.Credit(1, number));
        }

        for (var number = 18; number <= 20; number++)
        {
            Accept(ledger.Post(1, TransactionKind.Credit, number, "kept", $"key-{number}"));
        }

        Accept(ledger.Debit(2, 10));
        Accept(ledger.Debit(2, 7));
        Accept(ledger.Credit(3, 3, "a\0b'\"é"));
        Accept(ledger.Credit(3, 4, "😀😀😀😀😀😀😀😀😀😀"));
        Assert.Equal(
            PostResult.LimitExceeded,
            ledger.Post(4, TransactionKind.Debit, Limits.AmountCentsMax, "refused", "key-21").Result);
    }

    // Runs statements that violate the ledger's constraints.
    // An audit that has counted the sample.
    public static void AssertCounted(AuditReport report)
    {
        Assert.Equal(5, report.Accounts);
        Assert.Equal(Transactions, report.Transactions);
        Assert.Equal(BalanceCents, report.BalanceCents);
        Assert.Equal(4, report.Keys);
        Assert.InRange(report.Newest!.Value, report.Oldest!.Value, DateTime.UtcNow);
    }

    public static void Damage(string path, string sql) =>
        LedgerRows.Execute(path, $"PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; {sql}");

    private static void Accept(WriteOutcome outcome) => Assert.Equal(PostResult.Accepted, outcome.Result);
}
