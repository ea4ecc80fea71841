using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

// Every error the server answers with, already serialized: the one place that gives an outcome its HTTP status and its
// problem type. Programs go by the type; a released type keeps its meaning. The words are for people.
internal sealed class Problem
{
    public static readonly Problem BadRequest =
        new(400, "bad-request", "the request is not valid HTTP") { ClosesConnection = true };
    public static readonly Problem InvalidKey = new(
        400,
        "invalid-key",
        $"Idempotency-Key must be given once, with 1 to {Limits.IdempotencyKeyLengthMax} visible characters");
    public static readonly Problem InvalidPage = new(
        400,
        "invalid-page",
        $"antes is an integer from 1, limite one from 1 to {Limits.HistoryEntriesMax}; nothing else may be given");
    public static readonly Problem UnknownPath = new(404, "unknown-path", "there is nothing at this path");
    public static readonly Problem UnknownAccount = new(404, "unknown-account", "there is no such client");
    public static readonly Problem UnknownTransaction =
        new(404, "unknown-transaction", "the client has no such transaction");
    public static readonly Problem OnlyGet = OtherMethod("only GET and HEAD are allowed here", "GET, HEAD");
    public static readonly Problem OnlyGetOrPost =
        OtherMethod("only GET, HEAD and POST are allowed here", "GET, HEAD, POST");
    public static readonly Problem OnlyPost = OtherMethod("only POST is allowed here", "POST");
    public static readonly Problem OnlyOptions = OtherMethod("only OPTIONS is allowed for *", "OPTIONS");
    public static readonly Problem RequestTimeout = new(408, "request-timeout", "the request took too long to arrive");
    public static readonly Problem BodyTooLarge =
        new(413, "body-too-large", $"the body has more than {Limits.BodyBytesMax} bytes") { ClosesConnection = true };
    public static readonly Problem UriTooLong =
        new(414, "uri-too-long", $"the request line has more than {Limits.RequestLineBytesMax} bytes");
    public static readonly Problem NotJson = new(415, "not-json", "Content-Type must be application/json in UTF-8");
    public static readonly Problem LimitExceeded =
        new(422, "limit-exceeded", "the debit would exceed the limit of the client");
    public static readonly Problem BalanceOverflow = new(422, "balance-overflow", "the balance would overflow 64 bits");
    public static readonly Problem KeyReused =
        new(422, "key-reused", "this Idempotency-Key was already used for a different transaction");
    public static readonly Problem HeadersTooLarge = new(
        431,
        "headers-too-large",
        $"more than {Limits.RequestHeaderCountMax} headers, or {Limits.RequestHeadersBytesMax} bytes of them");
    public static readonly Problem Unexpected = new(500, "server-error", "the server failed; the reason is in the log");
    public static readonly Problem VersionNotSupported =
        new(505, "version-not-supported", "the HTTP version is neither 1.0 nor 1.1");
    public static readonly Problem Busy = Unavailable("ledger-locked", "the ledger is locked");
    public static readonly Problem Overloaded = Unavailable("overloaded", "too many requests");
    public static readonly Problem TooManyKeys =
        Unavailable("too-many-keys", "no more idempotency keys can be kept for now");
    public static readonly Problem StorageFailed = Unavailable("storage-failed", "the storage failed");
    public static readonly Problem Stopping = Unavailable("stopping", "the server is stopping");
    // Without Retry-After: sending it again may post it twice.
    public static readonly Problem OutcomeUnknown = new(
        503, "outcome-unknown", "the database was cut off; the transaction may have been posted: see the statement");

    private static readonly Problem[] s_bodyProblems =
        [.. Enum.GetValues<TransactionError>().Select(error => new Problem(422, "invalid-body", Describe(error)))];

    private Problem(int status, string type, string detail)
    {
        Status = status;
        Body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemResponse($"/problems/{type}", ReasonPhrases.GetReasonPhrase(status), status, detail),
            BankJsonContext.Default.ProblemResponse);
    }

    public int Status { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public string? Allow { get; private init; }

    // Whether the same request may succeed a second later (Retry-After).
    public bool Retry { get; private init; }

    // Whether the connection ends because the rest of the body is not worth reading.
    public bool ClosesConnection { get; private init; }

    public static Problem Of(TransactionError error) => s_bodyProblems[(int)error];

    public static Problem Of(PostResult result) => result switch
    {
        PostResult.UnknownAccount => UnknownAccount,
        PostResult.LimitExceeded => LimitExceeded,
        PostResult.BalanceOverflow => BalanceOverflow,
        PostResult.KeyReused => KeyReused,
        PostResult.TooManyKeys => TooManyKeys,
        PostResult.Busy => Busy,
        PostResult.Overloaded => Overloaded,
        PostResult.OutcomeUnknown => OutcomeUnknown,
        PostResult.StorageFailed => StorageFailed,
        PostResult.Stopping => Stopping,
        PostResult.Accepted => throw new UnreachableException("an accepted write is not a problem"),
    };

    public static Problem Of(LookupResult result) => result switch
    {
        LookupResult.UnknownAccount => UnknownAccount,
        LookupResult.Busy => Busy,
        LookupResult.StorageFailed => StorageFailed,
        LookupResult.Found => throw new UnreachableException("a found account is not a problem"),
    };

    // The answer to a body that came too slowly or broke HTTP's rules while it was read.
    public static Problem OfBrokenBody(Exception error) =>
        error is BadHttpRequestException { StatusCode: 408 } ? RequestTimeout : BadRequest;

    // The body of an answer in which Kestrel refuses a request that the application never sees; empty for any other.
    public static ReadOnlyMemory<byte> OfRefusal(int status) => status switch
    {
        400 => BadRequest.Body,
        405 => OnlyOptions.Body,
        408 => RequestTimeout.Body,
        414 => UriTooLong.Body,
        431 => HeadersTooLarge.Body,
        505 => VersionNotSupported.Body,
        _ => default,
    };

    private static Problem OtherMethod(string detail, string allow) =>
        new(405, "method-not-allowed", detail) { Allow = allow };

    private static Problem Unavailable(string type, string detail) =>
        new(503, type, detail + "; nothing was changed") { Retry = true };

    private static string Describe(TransactionError error) => error switch
    {
        TransactionError.DuplicateField => "a field is given twice",
        TransactionError.MissingField => "valor, tipo and descricao are mandatory",
        TransactionError.InvalidAmount => $"valor must be an integer from 1 to {Limits.AmountCentsMax}",
        TransactionError.InvalidKind => "tipo must be \"c\" or \"d\"",
        TransactionError.InvalidDescription => $"descricao must be a text of 1 to {Description.ScalarsMax} characters",
        TransactionError.Malformed or TransactionError.None => "the body must be one JSON object",
    };
}
