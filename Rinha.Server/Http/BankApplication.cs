using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Http;

// Path to route to answer. A request runs on the thread that received its bytes (after a chunked body, one of
// Kestrel's) and, after a write, on the thread that completed it: nothing here blocks.
internal sealed class BankApplication(
    ILedger ledger, bool resetEnabled, ILogger logger, MetricSet metrics, RequestLog requests, bool metricsShown = true)
    : IHttpApplication<Exchange>
{
    private readonly TransactionPost _post = new(ledger);

    public Drain Drain { get; } = new();

    public Exchange CreateContext(IFeatureCollection contextFeatures) =>
        contextFeatures is IHostContextContainer<Exchange> connection
            ? connection.HostContext ??= new Exchange(contextFeatures, Drain, logger)
            : new Exchange(contextFeatures, Drain, logger);

    public void DisposeContext(Exchange context, Exception? exception)
    {
        context.End();
        requests.End(context.Kind, context.Status, context.StartedAtNs, context.RequestId);
    }

    // Kestrel calls it on the event loop's thread (ConnectionInput.RunSlice) as soon as it has parsed a request's head.
    public Task ProcessRequestAsync(Exchange context)
    {
        context.Begin();
        var route = Router.Match(context.Path, out var accountId, out var sequence);
        context.Kind = KindOf(route, context.Method);
        if (context.IsChunked)
        {
            if (context.HasOtherCoding)
            {
                return context.AnswerAsync(Problem.BadRequest);
            }

            if (context.HasFaultyFraming)
            {
                context.CloseAfterwards();
            }
        }

        try
        {
            var answer = route switch
            {
                Route.Transactions when context.Method == HttpMethods.Post =>
                    _post.ReceiveAsync(context, accountId),
                Route.Transactions => IfNotGet(context, Problem.OnlyGetOrPost) ?? SendHistoryAsync(context, accountId),
                Route.Statement => IfNotGet(context, Problem.OnlyGet) ?? SendStatementAsync(context, accountId),
                Route.Transaction =>
                    IfNotGet(context, Problem.OnlyGet) ?? SendTransactionAsync(context, accountId, sequence),
                Route.Health => IfNotGet(context, Problem.OnlyGet) ?? SendHealthAsync(context),
                Route.Root when context.Method == HttpMethods.Options => SendHealthAsync(context),
                Route.Liveness => IfNotGet(context, Problem.OnlyGet) ?? SendLivenessAsync(context),
                Route.Reset when resetEnabled && context.IsLiteral =>
                    IfNotPost(context) ?? IfNotJson(context) ?? ResetAsync(context),
                Route.Document => IfNotGet(context, Problem.OnlyGet) ?? SendDocumentAsync(context),
                Route.Metrics when metricsShown && context.IsLiteral =>
                    IfNotGet(context, Problem.OnlyGet) ?? SendMetricsAsync(context),
                Route.Unknown or Route.Root or Route.Reset or Route.Metrics => context.AnswerAsync(Problem.UnknownPath),
            };
            // A POST awaits its commit and handles its own failures: one task less for each.
            return answer.IsCompletedSuccessfully || context.Kind == RequestKind.Post
                ? answer
                : AwaitAsync(context, answer);
        }
        catch (Exception error) when (!context.HasStarted)
        {
            return context.FailAsync(error);
        }
    }

    private static async Task AwaitAsync(Exchange exchange, Task answer)
    {
        try
        {
            await answer;
        }
        catch (Exception error) when (!exchange.HasStarted)
        {
            await exchange.FailAsync(error);
        }
    }

    private static RequestKind KindOf(Route route, string method) => route switch
    {
        Route.Transactions => method == HttpMethods.Post ? RequestKind.Post : RequestKind.History,
        Route.Statement => RequestKind.Statement,
        Route.Transaction => RequestKind.History,
        Route.Health => RequestKind.Health,
        Route.Reset => RequestKind.Reset,
        Route.Metrics => RequestKind.Metrics,
        Route.Liveness or Route.Document or Route.Root or Route.Unknown => RequestKind.Other,
    };

    // Methods are case-sensitive (RFC 9110 §9.1), which HttpMethods.IsPost and the like are not.
    private static Task? IfNotPost(Exchange exchange) =>
        exchange.Method == HttpMethods.Post ? null : exchange.AnswerAsync(Problem.OnlyPost);

    // A browser sends JSON to another site only after a preflight (CORS), which gets no permission here.
    private static Task? IfNotJson(Exchange exchange) =>
        MediaTypes.IsJson(exchange.RequestHeaders.ContentType) ? null : exchange.AnswerAsync(Problem.NotJson);

    private static Task? IfNotGet(Exchange exchange, Problem otherwise) =>
        exchange.Method == HttpMethods.Get || exchange.Method == HttpMethods.Head
            ? null
            : exchange.AnswerAsync(otherwise);

    private Task SendStatementAsync(Exchange exchange, long accountId) => AnswerReadAsync(
        exchange,
        ledger.ReadStatementAsync(accountId, exchange.Statement),
        new StatementResponse(exchange.Statement),
        BankJsonContext.Default.StatementResponse);

    private Task SendHistoryAsync(Exchange exchange, long accountId)
    {
        if (!HistoryQuery.TryRead(exchange.Query, out var beforeSequence, out var entriesWanted))
        {
            return exchange.RefuseIfFoundAsync(ledger.FindAccountAsync(accountId), Problem.InvalidPage);
        }

        exchange.History.Begin(beforeSequence, entriesWanted);
        return AnswerReadAsync(
            exchange,
            ledger.ReadHistoryAsync(accountId, exchange.History),
            new HistoryResponse(exchange.History),
            BankJsonContext.Default.HistoryResponse);
    }

    // A page of one; the history has no gaps, so it holds this transaction or none that is as new.
    private async Task SendTransactionAsync(Exchange exchange, long accountId, long sequence)
    {
        var page = exchange.History;
        page.Begin(sequence + 1, 1);
        var result = await ledger.ReadHistoryAsync(accountId, page);
        await (result != LookupResult.Found ? exchange.AnswerAsync(Problem.Of(result))
            : page.Entries is not [{ Sequence: var found }] || found != sequence
                ? exchange.AnswerAsync(Problem.UnknownTransaction)
                : exchange.AnswerAsync(
                    StatusCodes.Status200OK,
                    MediaTypes.Json,
                    AnswerBuffer.Current.Write(new EntryResponse(page), BankJsonContext.Default.EntryResponse)));
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

    // Tells load balancers to stop routing here when this instance stops, cannot read, or cannot write.
    private async Task SendHealthAsync(Exchange exchange)
    {
        var account = await ledger.FindAccountAsync(ledger.ProbeAccountId);
        var (code, reason) = (Drain.IsAnnounced, account, ledger.Writer) switch
        {
            (true, _, _) => ("stopping", "the server is stopping"),
            (_, LookupResult.StorageFailed, _) => ("storage-failed", "the ledger cannot be read"),
            (_, LookupResult.Busy, _) => ("reads-timing-out", "the ledger is locked: reads are timing out"),
            (_, _, WriterState.Locked) => ("writes-timing-out", "the ledger is locked: writes are timing out"),
            (_, _, WriterState.Failing) => ("writes-failing", "the ledger cannot be written: writes are failing"),
            (_, _, WriterState.Ended) => ("writer-ended", "the ledger's writer has ended"),
            (false, LookupResult.Found or LookupResult.UnknownAccount, WriterState.Ready) =>
                default((string?, string?)),
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
        var result = (await ledger.WriteAsync(new PendingReset())).Result;
        await (result == PostResult.Accepted ? exchange.AnswerEmptyAsync() : exchange.AnswerAsync(Problem.Of(result)));
    }
}

internal enum Route
{
    Unknown,
    Transactions, // /clientes/{id}/transacoes: POST one, GET a page of the history.
    Transaction, // /clientes/{id}/transacoes/{seq}
    Statement, // /clientes/{id}/extrato
    Health, // /health
    Liveness, // /health/live
    Reset, // /reset
    Document, // /openapi.json
    Metrics, // /metrics
    Root, // /: OPTIONS is HAProxy's default health check.
}

// Path to route. Paths are matched exactly, in case and without a trailing slash.
internal static class Router
{
    private const string AccountPrefix = "/clientes/";
    private const string TransactionPrefix = "/transacoes/";

    // The path of one transaction.
    public static string PathOf(long accountId, long sequence) =>
        $"{AccountPrefix}{accountId}{TransactionPrefix}{sequence}";

    // Finds the route of a decoded path without its query; an id or a sequence is a decimal without sign or leading
    // zero.
    public static Route Match(string path, out long accountId, out long sequence)
    {
        accountId = sequence = 0;
        if (!path.StartsWith(AccountPrefix, StringComparison.Ordinal))
        {
            return path switch
            {
                "/health" => Route.Health,
                "/health/live" => Route.Liveness,
                "/reset" => Route.Reset,
                "/openapi.json" => Route.Document,
                "/metrics" => Route.Metrics,
                "/" => Route.Root,
                _ => Route.Unknown,
            };
        }

        var rest = ReadNumber(path.AsSpan(AccountPrefix.Length), out accountId);
        return rest switch
        {
            _ when accountId == 0 => Route.Unknown,
            "/transacoes" => Route.Transactions,
            "/extrato" => Route.Statement,
            _ when rest.StartsWith(TransactionPrefix, StringComparison.Ordinal)
                && ReadNumber(rest[TransactionPrefix.Length..], out sequence).IsEmpty && sequence > 0 =>
                Route.Transaction,
            _ => Route.Unknown,
        };
    }

    // Returns what follows the number, which is 0 if the text begins with none, or with a zero.
    private static ReadOnlySpan<char> ReadNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        var digits = 0;
        while (digits < text.Length && digits < Limits.AccountDigitsMax && char.IsAsciiDigit(text[digits]))
        {
            number = (number * 10) + (text[digits] - '0');
            digits++;
        }

        number = text is ['0', ..] ? 0 : number;
        return text[digits..];
    }
}
