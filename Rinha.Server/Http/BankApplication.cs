using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Http;

// Routes each request to the ledger and writes the answer. It runs on the thread that received the bytes and, after a
// write, on the ledger's writer: it never blocks.
internal sealed class BankApplication(
    ILedger ledger, bool resetEnabled, ILogger logger, MetricSet metrics, RequestLog requests)
    : IHttpApplication<Exchange>
{
    public Drain Drain { get; } = new();

    public Exchange CreateContext(IFeatureCollection contextFeatures) =>
        contextFeatures is IHostContextContainer<Exchange> connection
            ? connection.HostContext ??= new Exchange(contextFeatures, Drain)
            : new Exchange(contextFeatures, Drain);

    public void DisposeContext(Exchange context, Exception? exception) =>
        requests.End(context.Operation, context.Status, context.StartedAtNs);

    public Task ProcessRequestAsync(Exchange context)
    {
        context.StartedAtNs = Clock.NowNs;
        if (context.HasFaultyFraming)
        {
            context.CloseAfterwards();
        }

        var route = Router.Match(context.Path, out var accountId);
        context.Operation = OperationOf(route, context.Method);
        try
        {
            return route switch
            {
                Route.Transactions when context.Method == HttpMethods.Post =>
                    ReceiveTransactionAsync(context, accountId),
                Route.Transactions => ForGet(context, Problem.OnlyGetOrPost) ?? SendHistoryAsync(context, accountId),
                Route.Statement => ForGet(context, Problem.OnlyGet) ?? SendStatementAsync(context, accountId),
                Route.Health => ForGet(context, Problem.OnlyGet) ?? SendHealthAsync(context),
                Route.Liveness => ForGet(context, Problem.OnlyGet) ?? SendLivenessAsync(context),
                Route.Reset when resetEnabled && context.IsLiteral =>
                    ForPost(context) ?? ForJson(context) ?? ResetAsync(context),
                Route.Document => ForGet(context, Problem.OnlyGet) ?? SendDocumentAsync(context),
                Route.Metrics when context.IsLiteral => ForGet(context, Problem.OnlyGet) ?? SendMetricsAsync(context),
                _ => context.AnswerAsync(Problem.UnknownPath),
            };
        }
        catch (IOException error)
        {
            return RefuseAsync(context, accountId, Problem.OfBrokenBody(error));
        }
        catch (Exception error) when (!context.HasStarted)
        {
            Log.RequestFailed(logger, error);
            return context.AnswerAsync(Problem.Unexpected);
        }
    }

    private static Operation OperationOf(Route route, string method) => route switch
    {
        Route.Transactions => method == HttpMethods.Post ? Operation.Post : Operation.History,
        Route.Statement => Operation.Statement,
        Route.Health => Operation.Health,
        Route.Reset => Operation.Reset,
        Route.Metrics => Operation.Metrics,
        _ => Operation.Other,
    };

    // Methods are case-sensitive (RFC 9110 §9.1), which HttpMethods.IsPost and its like are not.
    private static Task? ForPost(Exchange exchange) =>
        exchange.Method == HttpMethods.Post ? null : exchange.AnswerAsync(Problem.OnlyPost);

    // A browser sends JSON to another site only after a preflight (CORS), which gets no permission here.
    private static Task? ForJson(Exchange exchange) =>
        MediaTypes.IsJson(exchange.RequestHeaders.ContentType) ? null : exchange.AnswerAsync(Problem.NotJson);

    private static Task? ForGet(Exchange exchange, Problem otherwise) =>
        exchange.Method == HttpMethods.Get || exchange.Method == HttpMethods.Head
            ? null
            : exchange.AnswerAsync(otherwise);

    private Task ReceiveTransactionAsync(Exchange exchange, long accountId)
    {
        var headers = exchange.RequestHeaders;
        if (!MediaTypes.IsJson(headers.ContentType))
        {
            return RefuseAsync(exchange, accountId, Problem.NotJson);
        }

        if (headers.ContentLength > Limits.BodyBytesMax)
        {
            return RefuseAsync(exchange, accountId, Problem.BodyTooLarge);
        }

        var reader = exchange.RequestBody;
        if (TryRead(reader, out var body))
        {
            if (body.IsCompleted)
            {
                return PostAsync(exchange, exchange.Round, accountId, reader, body.Buffer);
            }

            reader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
        }

        return ReceiveInPartsAsync(exchange, accountId, reader);
    }

    private static bool TryRead(PipeReader reader, out ReadResult body)
    {
        try
        {
            return reader.TryRead(out body);
        }
        catch (InvalidOperationException error)
        {
            // Kestrel does not say of a trailer with a NUL in it that the request is bad, as it does of a header.
            throw new IOException("the end of the body cannot be read", error);
        }
    }

    private async Task ReceiveInPartsAsync(Exchange exchange, long accountId, PipeReader reader)
    {
        ReadResult body;
        try
        {
            while (!(body = await reader.ReadAsync()).IsCompleted && body.Buffer.Length <= Limits.BodyBytesMax)
            {
                reader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
            }
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            await RefuseAsync(exchange, accountId, Problem.OfBrokenBody(error));
            return;
        }

        if (body.Buffer.Length > Limits.BodyBytesMax)
        {
            reader.AdvanceTo(body.Buffer.End);
            await RefuseAsync(exchange, accountId, Problem.BodyTooLarge);
            return;
        }

        // Kestrel hands on chunks from a thread of the pool, beside the loop: these are in no round.
        var round = exchange.IsChunked ? null : exchange.Round;
        await PostAsync(exchange, round, accountId, reader, body.Buffer);
    }

    private Task PostAsync(
        Exchange exchange, IWriteRound? round, long accountId, PipeReader reader, in ReadOnlySequence<byte> bytes)
    {
        var body = Parse(bytes);
        reader.AdvanceTo(bytes.End);
        if (body.Error != TransactionError.None)
        {
            return RefuseAsync(exchange, accountId, Problem.Of(body.Error));
        }

        if (!IdempotencyKey.TryRead(exchange.RequestHeaders, out var key))
        {
            return RefuseAsync(exchange, accountId, Problem.InvalidKey);
        }

        var post = exchange.Post;
        post.IdempotencyKey = key;
        post.AccountId = accountId;
        post.Kind = body.Kind;
        post.AmountCents = body.AmountCents;
        post.Description = body.Description;
        return AnswerPostAsync(exchange, round is null ? ledger.WriteAsync(post) : round.JoinAsync(post));
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

    private static async Task AnswerPostAsync(Exchange exchange, ValueTask<PostResult> write)
    {
        var result = await write;
        await (result == PostResult.Accepted
            ? exchange.AnswerAsync(
                StatusCodes.Status200OK,
                MediaTypes.Json,
                AnswerBuffer.Current.Write(
                    new TransactionResponse(exchange.Post.LimitCents, exchange.Post.BalanceCents),
                    BankJsonContext.Default.TransactionResponse))
            : exchange.AnswerAsync(Problem.Of(result)));
    }

    // An unknown account is 404, whatever the body says.
    private Task RefuseAsync(Exchange exchange, long accountId, Problem problem) =>
        AnswerRefusalAsync(exchange, ledger.FindAccountAsync(accountId), problem);

    private static async Task AnswerRefusalAsync(Exchange exchange, ValueTask<LookupResult> lookup, Problem problem)
    {
        var account = await lookup;
        await exchange.AnswerAsync(account == LookupResult.Found ? problem : Problem.Of(account));
    }

    private Task SendStatementAsync(Exchange exchange, long accountId) => AnswerReadAsync(
        exchange,
        ledger.ReadStatementAsync(accountId, exchange.Statement),
        new StatementResponse(exchange.Statement),
        BankJsonContext.Default.StatementResponse);

    private Task SendHistoryAsync(Exchange exchange, long accountId)
    {
        if (!HistoryQuery.TryRead(exchange.Query, out var beforeSequence, out var entriesWanted))
        {
            return RefuseAsync(exchange, accountId, Problem.InvalidPage);
        }

        exchange.History.Begin(beforeSequence, entriesWanted);
        return AnswerReadAsync(
            exchange,
            ledger.ReadHistoryAsync(accountId, exchange.History),
            new HistoryResponse(exchange.History),
            BankJsonContext.Default.HistoryResponse);
    }

    // The response holds what the read fills, so it is written only after the read.
    private static async Task AnswerReadAsync<T>(
        Exchange exchange, ValueTask<LookupResult> read, T response, JsonTypeInfo<T> type)
    {
        var result = await read;
        await (result == LookupResult.Found
            ? exchange.AnswerAsync(
                StatusCodes.Status200OK, MediaTypes.Json, AnswerBuffer.Current.Write(response, type))
            : exchange.AnswerAsync(Problem.Of(result)));
    }

    // Tells load balancers to stop routing here when this instance stops, cannot read, or cannot write. Whether account
    // 1 exists does not matter; that the ledger could be read does.
    private Task SendHealthAsync(Exchange exchange) => AnswerHealthAsync(exchange, ledger.FindAccountAsync(1));

    private async Task AnswerHealthAsync(Exchange exchange, ValueTask<LookupResult> lookup)
    {
        var account = await lookup;
        var (code, reason) = (Drain.IsAnnounced, account, ledger.Writer) switch
        {
            (true, _, _) => ("stopping", "the server is stopping"),
            (_, LookupResult.StorageFailed, _) => ("storage-failed", "the ledger cannot be read"),
            (_, LookupResult.Busy, _) => ("reads-timing-out", "the ledger is locked: reads are timing out"),
            (_, _, WriterState.Locked) => ("writes-timing-out", "the ledger is locked: writes are timing out"),
            (_, _, WriterState.Ended) => ("writer-ended", "the ledger's writer has ended"),
            _ => default((string?, string?)),
        };
        await exchange.AnswerAsync(
            reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            MediaTypes.Json,
            AnswerBuffer.Current.Write(
                new HealthResponse(reason is null ? "healthy" : "unhealthy", Timestamp.Now, code, reason),
                BankJsonContext.Default.HealthResponse));
    }

    private static Task SendDocumentAsync(Exchange exchange) =>
        exchange.AnswerAsync(StatusCodes.Status200OK, MediaTypes.Json, ApiDocument.Json);

    private Task SendMetricsAsync(Exchange exchange) =>
        exchange.AnswerAsync(StatusCodes.Status200OK, MetricSet.MediaType, metrics.ToPrometheus());

    private static Task SendLivenessAsync(Exchange exchange) => exchange.AnswerAsync(
        StatusCodes.Status200OK,
        MediaTypes.Json,
        AnswerBuffer.Current.Write(
            new HealthResponse("alive", Timestamp.Now), BankJsonContext.Default.HealthResponse));

    private async Task ResetAsync(Exchange exchange)
    {
        var result = await ledger.WriteAsync(new PendingReset());
        await (result == PostResult.Accepted ? exchange.AnswerEmptyAsync() : exchange.AnswerAsync(Problem.Of(result)));
    }
}
