namespace Rinha.Server.Tests.Fixtures;

internal static class LedgerExtensions
{
    public static WriteOutcome Credit(this ILedger ledger, long accountId, long amountCents, string text = "credit") =>
        ledger.Post(accountId, TransactionKind.Credit, amountCents, text);

    public static WriteOutcome Debit(this ILedger ledger, long accountId, long amountCents, string text = "debit") =>
        ledger.Post(accountId, TransactionKind.Debit, amountCents, text);

    public static WriteOutcome Post(
        this ILedger ledger, long accountId, TransactionKind kind, long amountCents, string text, string? key = null) =>
        ledger.PostAsync(accountId, kind, amountCents, text, key).GetAwaiter().GetResult();

    public static async Task<WriteOutcome> PostAsync(
        this ILedger ledger, long accountId, TransactionKind kind, long amountCents, string text, string? key = null)
    {
        var post = new PendingPost
        {
            AccountId = accountId,
            Kind = kind,
            AmountCents = amountCents,
            Description = Describe(text),
            IdempotencyKey = key,
        };
        var outcome = await ledger.WriteAsync(post).ConfigureAwait(false);
        // Leave the writer's thread, which completes the write: a test may block.
        await Task.Yield();
        return outcome;
    }

    public static void CreditAtOnce(this ILedger ledger, int posts)
    {
        var outcomes = Task.WhenAll(Enumerable.Range(0, posts).Select(
            number => ledger.PostAsync(1 + (number % 5), TransactionKind.Credit, 1, "0123456789")));
        Assert.All(outcomes.GetAwaiter().GetResult(), post => Assert.Equal(PostResult.Accepted, post.Result));
    }

    public static PostResult Reset(this ILedger ledger) =>
        ledger.WriteAsync(new PendingReset()).AsTask().GetAwaiter().GetResult().Result;

    public static LookupResult ReadStatement(this ILedger ledger, long accountId, Statement statement) =>
        ledger.ReadStatementAsync(accountId, statement).AsTask().GetAwaiter().GetResult();

    public static LookupResult ReadHistory(this ILedger ledger, long accountId, HistoryPage page) =>
        ledger.ReadHistoryAsync(accountId, page).AsTask().GetAwaiter().GetResult();

    public static LookupResult FindAccount(this ILedger ledger, long accountId) =>
        ledger.FindAccountAsync(accountId).AsTask().GetAwaiter().GetResult();

    // An empty page that is ready to be read.
    public static HistoryPage NewPage(long beforeSequence, int entries)
    {
        var page = new HistoryPage();
        page.Begin(beforeSequence, entries);
        return page;
    }

    public static HistoryPage Page(this ILedger ledger, long accountId, long beforeSequence, int entries)
    {
        var page = NewPage(beforeSequence, entries);
        Assert.Equal(LookupResult.Found, ledger.ReadHistory(accountId, page));
        return page;
    }

    public static List<long> Sequences(this HistoryPage page)
    {
        var sequences = new List<long>();
        foreach (ref readonly var entry in page.Entries)
        {
            sequences.Add(entry.Sequence);
        }

        return sequences;
    }

    public static Statement Statement(this ILedger ledger, long accountId)
    {
        var statement = new Statement();
        Assert.Equal(LookupResult.Found, ledger.ReadStatement(accountId, statement));
        return statement;
    }

    public static string[] Texts(this Statement statement)
    {
        var texts = new List<string>();
        foreach (ref readonly var entry in statement.Entries)
        {
            texts.Add(Encoding.UTF8.GetString(entry.Description.AsUtf8()));
        }

        return [.. texts];
    }

    public static long SumCents(this Statement statement)
    {
        var sum = 0L;
        foreach (ref readonly var entry in statement.Entries)
        {
            sum += entry.Kind.ChangeCents(entry.AmountCents);
        }

        return sum;
    }

    public static Description Describe(string text)
    {
        Assert.True(Description.TryCreate(Encoding.UTF8.GetBytes(text), out var description), text);
        return description;
    }

    public static SqliteLedger OpenLedger(string path) =>
        new(path, Synchronous.Normal, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
}
