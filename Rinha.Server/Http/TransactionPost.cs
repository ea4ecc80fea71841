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

    // An unknown account is 404 whatever else is wrong: the ledger finds out while it posts, and a request with a
    // problem is refused after a lookup. Only a key that was used for another transaction is judged first.
    private Task SubmitAsync(Exchange exchange, long accountId, in RequestBody body, IWriteRound? round)
    {
        var post = exchange.Post;
        post.AccountId = accountId;
        var problem = body.Problem ?? FillPost(body.Bytes, exchange, post);
        return problem is not null ? exchange.RefuseIfFoundAsync(ledger.FindAccountAsync(accountId), problem)
            : AnswerOutcomeAsync(exchange, round is null ? ledger.WriteAsync(post) : round.JoinAsync(post));
    }

    private static Problem? FillPost(in ReadOnlySequence<byte> bytes, Exchange exchange, PendingPost post)
    {
        var body = Parse(bytes);
        exchange.BodyReader.AdvanceTo(bytes.End);
        exchange.HasReadBody = true;
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
    // (PendingWrite.Complete): the loop, the writer, the busy check, the caller if the queue is full or closed,
    // or the thread that stops the server.
    private static async Task AnswerOutcomeAsync(Exchange exchange, ValueTask<WriteOutcome> write)
    {
        try
        {
            var outcome = await write;
            if (exchange.Post.IdempotencyKey is not null)
            {
                exchange.DescribeOutcome(outcome);
            }

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

// A request's JSON body: all its bytes, valid until the caller advances the reader past them, or the problem with it.
internal readonly record struct RequestBody(ReadOnlySequence<byte> Bytes, Problem? Problem = null)
{
    // Completes at once if the whole body has arrived.
    public static async ValueTask<RequestBody> ReadAsync(Exchange exchange)
    {
        var headers = exchange.RequestHeaders;
        if (!MediaTypes.IsJson(headers.ContentType))
        {
            return new RequestBody(default, Problem.NotJson);
        }

        if (headers.ContentLength > Limits.BodyBytesMax)
        {
            return new RequestBody(default, Problem.BodyTooLarge);
        }

        try
        {
            var reader = exchange.BodyReader;
            // Kestrel asks ConnectionInput: a late body resumes in another slice.
            var read = reader.TryRead(out var arrived) ? arrived : await reader.ReadAsync();
            while (!read.IsCompleted && read.Buffer.Length <= Limits.BodyBytesMax)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                read = await reader.ReadAsync();
            }

            if (read.Buffer.Length <= Limits.BodyBytesMax)
            {
                return new RequestBody(read.Buffer);
            }

            reader.AdvanceTo(read.Buffer.End);
            return new RequestBody(default, Problem.BodyTooLarge);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // Kestrel throws an InvalidOperationException for a NUL in a trailer, though not for one in a header.
            return new RequestBody(default, Problem.OfBrokenBody(error));
        }
    }
}

// The request header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a client retries a failed request
// under the same key, and it is applied once. The draft writes the key as a string in quotation marks (RFC 9651
// §3.3.3); without them, as most clients write it, it is the same key.
internal static class IdempotencyKey
{
    private const string Header = "Idempotency-Key";
    private const char Quote = '"';

    // Reads the key; null when there is none. False when the header is there but holds no valid key.
    public static bool TryRead(IHeaderDictionary headers, out string? key)
    {
        key = null;
        if (!headers.TryGetValue(Header, out var values))
        {
            return true;
        }

        if (values.Count != 1 || values[0] is not { } text)
        {
            return false;
        }

        key = text is [Quote, .. var quoted, Quote] ? quoted : text;
        // Quotation marks and backslashes are not allowed, so that each key can be written in both ways.
        return key.Length is >= 1 and <= Limits.IdempotencyKeyLengthMax
            && !key.AsSpan().ContainsAnyExceptInRange('!', '~')
            && !key.AsSpan().ContainsAny(Quote, '\\');
    }
}
