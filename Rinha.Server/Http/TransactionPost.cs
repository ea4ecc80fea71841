using System.Buffers;
using Microsoft.AspNetCore.Http;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

// POST /clientes/{id}/transacoes, in the order in which it happens: receive the body, parse it, read the key, hand the
// transaction to the ledger, answer what came of it, or refuse the request.
internal sealed class TransactionPost(ILedger ledger)
{
    public Task ReceiveAsync(Exchange exchange, long accountId)
    {
        var reading = RequestBody.ReadAsync(exchange);
        return reading.IsCompletedSuccessfully
            ? SubmitAsync(exchange, accountId, reading.Result, exchange.Round)
            : ReceiveRestAsync(exchange, accountId, reading);
    }

    private async Task ReceiveRestAsync(Exchange exchange, long accountId, ValueTask<RequestBody> reading)
    {
        try
        {
            var body = await reading;
            // Kestrel hands on chunks from a thread of the pool, not the loop's: these writes are in no round.
            await SubmitAsync(exchange, accountId, body, exchange.IsChunked ? null : exchange.Round);
        }
        catch (Exception error) when (!exchange.HasStarted)
        {
            await exchange.FailAsync(error);
        }
    }

    // An unknown account is 404 whatever else is wrong, but a key that was used for another transaction: the ledger
    // finds out while it posts. A request with a problem is refused after a lookup.
    private Task SubmitAsync(Exchange exchange, long accountId, in RequestBody body, IWriteRound? round)
    {
        var post = exchange.Post;
        post.AccountId = accountId;
        var problem = body.Problem ?? Read(body.Bytes, exchange, post);
        return problem is not null ? exchange.RefuseIfFoundAsync(ledger.FindAccountAsync(accountId), problem)
            : AnswerAsync(exchange, round is null ? ledger.WriteAsync(post) : round.JoinAsync(post));
    }

    private static Problem? Read(in ReadOnlySequence<byte> bytes, Exchange exchange, PendingPost post)
    {
        var body = Parse(bytes);
        exchange.RequestBody.AdvanceTo(bytes.End);
        if (body.Error != TransactionError.None)
        {
            return Problem.Of(body.Error);
        }

        post.Kind = body.Kind;
        post.AmountCents = body.AmountCents;
        post.Description = body.Description;
        var isKeyValid = IdempotencyKey.TryRead(exchange.RequestHeaders, out var key);
        post.IdempotencyKey = key;
        return isKeyValid ? null : Problem.InvalidKey;
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

    // At the await the calls return to the event loop. What follows runs on the thread that completes the write
    // (PendingWrite.Complete): the loop, the writer, the busy check, or the caller if the queue is full.
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
}
