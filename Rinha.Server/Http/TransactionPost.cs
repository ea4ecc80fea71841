using System.Buffers;
using Microsoft.AspNetCore.Http;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

// POST /clientes/{id}/transacoes, in the order in which it happens: receive the body, parse it, read the key, hand the
// transaction to the ledger, answer what came of it.
//
// An unknown account is 404, whatever else is wrong. The ledger finds out while it posts; a request that does not get
// that far asks for the account before it is refused.
internal sealed class TransactionPost(ILedger ledger)
{
    public Task ReceiveAsync(Exchange exchange, long accountId)
    {
        var headers = exchange.RequestHeaders;
        if (!MediaTypes.IsJson(headers.ContentType))
        {
            return FindAccountThenRefuseAsync(exchange, accountId, Problem.NotJson);
        }

        if (headers.ContentLength > Limits.BodyBytesMax)
        {
            return FindAccountThenRefuseAsync(exchange, accountId, Problem.BodyTooLarge);
        }

        var reading = RequestBody.ReadAsync(exchange.RequestBody);
        return reading.IsCompletedSuccessfully
            ? HandOverAsync(exchange, accountId, reading.Result, exchange.Round)
            : ReceiveRestAsync(exchange, accountId, reading);
    }

    private async Task ReceiveRestAsync(Exchange exchange, long accountId, ValueTask<RequestBody> reading)
    {
        try
        {
            var body = await reading;
            // Kestrel hands on chunks from a thread of the pool, beside the loop: these are in no round.
            var round = exchange.IsChunked ? null : exchange.Round;
            await HandOverAsync(exchange, accountId, body, round);
        }
        catch (Exception error) when (!exchange.HasStarted)
        {
            await exchange.FailAsync(error);
        }
    }

    private Task HandOverAsync(Exchange exchange, long accountId, in RequestBody body, IWriteRound? round)
    {
        if (body.Problem is not null)
        {
            return FindAccountThenRefuseAsync(exchange, accountId, body.Problem);
        }

        var transaction = Parse(body.Bytes);
        exchange.RequestBody.AdvanceTo(body.Bytes.End);
        if (transaction.Error != TransactionError.None)
        {
            return FindAccountThenRefuseAsync(exchange, accountId, Problem.Of(transaction.Error));
        }

        if (!IdempotencyKey.TryRead(exchange.RequestHeaders, out var key))
        {
            return FindAccountThenRefuseAsync(exchange, accountId, Problem.InvalidKey);
        }

        var post = exchange.Post;
        post.IdempotencyKey = key;
        post.AccountId = accountId;
        post.Kind = transaction.Kind;
        post.AmountCents = transaction.AmountCents;
        post.Description = transaction.Description;
        return AnswerAsync(exchange, round is null ? ledger.WriteAsync(post) : round.JoinAsync(post));
    }

    private static TransactionBody Parse(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            return TransactionBody.Parse(bytes.FirstSpan);
        }

        Span<byte> whole = stackalloc byte[(int)bytes.Length];
        bytes.CopyTo(whole);
        return TransactionBody.Parse(whole);
    }

    // Goes on, after the await, on the thread that committed the transaction.
    private static async Task AnswerAsync(Exchange exchange, ValueTask<WriteOutcome> write)
    {
        try
        {
            var outcome = await write;
            await (outcome.Result == PostResult.Accepted
                ? exchange.AnswerAsync(
                    StatusCodes.Status200OK,
                    MediaTypes.Json,
                    AnswerBuffer.Current.Write(
                        new TransactionResponse(outcome.LimitCents, outcome.BalanceCents),
                        BankJsonContext.Default.TransactionResponse))
                : exchange.AnswerAsync(Problem.Of(outcome.Result)));
        }
        catch (Exception error) when (!exchange.HasStarted)
        {
            await exchange.FailAsync(error);
        }
    }

    private Task FindAccountThenRefuseAsync(Exchange exchange, long accountId, Problem problem) =>
        exchange.RefuseIfFoundAsync(ledger.FindAccountAsync(accountId), problem);
}
