using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

// Every error the server answers with, as finished bytes: the one place that gives an outcome its HTTP status.
internal sealed class Problem
{
    public static readonly Problem BadRequest =
        new(400, "the request is not valid HTTP") { ClosesConnection = true };
    public static readonly Problem InvalidKey = new(
        400, $"Idempotency-Key must be given once, with 1 to {Limits.IdempotencyKeyLengthMax} visible characters");
    public static readonly Problem InvalidPage = new(
        400, $"antes is an integer from 1, limite one from 1 to {Limits.HistoryEntriesMax}; nothing else may be given");
    public static readonly Problem UnknownPath = new(404, "there is nothing at this path");
    public static readonly Problem UnknownAccount = new(404, "there is no such client");
    public static readonly Problem OnlyGet = new(405, "only GET and HEAD are allowed here") { Allow = "GET, HEAD" };
    public static readonly Problem OnlyGetOrPost =
        new(405, "only GET, HEAD and POST are allowed here") { Allow = "GET, HEAD, POST" };
    public static readonly Problem OnlyPost = new(405, "only POST is allowed here") { Allow = "POST" };
    public static readonly Problem RequestTimeout = new(408, "the request took too long to arrive");
    public static readonly Problem BodyTooLarge =
        new(413, $"the body has more than {Limits.BodyBytesMax} bytes") { ClosesConnection = true };
    public static readonly Problem NotJson = new(415, "Content-Type must be application/json in UTF-8");
    public static readonly Problem LimitExceeded = new(422, "the debit would exceed the limit of the client");
    public static readonly Problem BalanceOverflow = new(422, "the balance would exceed 64 bits");
    public static readonly Problem KeyReused =
        new(422, "this Idempotency-Key has come before with another transaction");
    public static readonly Problem Unexpected = new(500, "the server failed; the reason is in the log");
    public static readonly Problem Busy = new(503, "the ledger is locked; nothing was changed") { Retry = true };
    public static readonly Problem Overloaded = new(503, "too many requests; nothing was changed") { Retry = true };
    public static readonly Problem TooManyKeys =
        new(503, "no more idempotency keys can be kept for now; nothing was changed") { Retry = true };
    public static readonly Problem StorageFailed =
        new(503, "the storage failed; nothing was changed") { Retry = true };
    // Without Retry-After: to send it again may post it twice.
    public static readonly Problem OutcomeUnknown = new(
        503, "the database was cut off; whether the transaction was posted is not known: see the statement");

    public static readonly Problem Stopping =
        new(503, "the server is stopping; nothing was changed") { Retry = true };

    private static readonly Problem[] s_bodyProblems =
    [
        .. Enum.GetValues<TransactionError>().Select(error => new Problem(422, Describe(error))),
    ];

    private Problem(int status, string detail)
    {
        Status = status;
        Body = JsonSerializer.SerializeToUtf8Bytes(
            new ProblemResponse("about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail),
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
        PostResult.Accepted => throw new UnreachableException("an accepted write is no problem"),
    };

    public static Problem Of(LookupResult result) => result switch
    {
        LookupResult.UnknownAccount => UnknownAccount,
        LookupResult.Busy => Busy,
        LookupResult.StorageFailed => StorageFailed,
        LookupResult.Found => throw new UnreachableException("a found account is no problem"),
    };

    // The answer to a body that came too slowly or broke HTTP's rules while it was read.
    public static Problem OfBrokenBody(Exception error) =>
        error is BadHttpRequestException { StatusCode: 408 } ? RequestTimeout : BadRequest;

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
