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

    public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
    {
        SampleStatements.Fill(statement, _description);
        return ValueTask.FromResult(LookupResult.Found);
    }

    public WriterState Writer => WriterState.Ready;

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        ValueTask.FromResult(LookupResult.Found);

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => ValueTask.FromResult(LookupResult.Found);
}
