using Rinha.Bench.Http;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Requests;

/// <summary>A ledger that costs nothing.</summary>
internal sealed class ConstantLedger : ILedger
{
    private readonly Description _description = SampleStatements.Of("descricao"u8).Entries[0].Description;

    public ValueTask<PostResult> WriteAsync(PendingWrite write)
    {
        if (write is PendingPost post)
        {
            post.LimitCents = 100_000;
            post.BalanceCents = post.Kind == TransactionKind.Credit ? post.AmountCents : 0;
        }

        return ValueTask.FromResult(PostResult.Accepted);
    }

    public LookupResult ReadStatement(long accountId, Statement statement)
    {
        SampleStatements.Fill(statement, _description);
        return LookupResult.Found;
    }

    public WriterState Writer => WriterState.Ready;

    public LookupResult ReadHistory(long accountId, HistoryPage page) => LookupResult.Found;

    public LookupResult FindAccount(long accountId) => LookupResult.Found;
}
