using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Http;

// One request and its answer. Kestrel keeps one per connection and uses it for request after request, so what it holds
// is looked up and allocated once per connection.
internal sealed class Exchange(IFeatureCollection features, Drain drain, ILogger logger)
{
    private const string RequestIdHeader = "X-Request-Id";

    // Kestrel's connection implements the features itself, the same object for every request on it.
    private readonly IHttpRequestFeature _request = features.GetRequiredFeature<IHttpRequestFeature>();
    private readonly IRequestBodyPipeFeature _requestBody = features.GetRequiredFeature<IRequestBodyPipeFeature>();
    private readonly IHttpResponseFeature _response = features.GetRequiredFeature<IHttpResponseFeature>();
    private readonly IHttpResponseBodyFeature _responseBody =
        features.GetRequiredFeature<IHttpResponseBodyFeature>();

    private readonly CurrentRound? _current = features.Get<CurrentRound>();

    // The request's method; Kestrel gives the known ones as the constants of HttpMethods.
    public string Method => _request.Method;

    // Decoded, without the query.
    public string Path => _request.Path;

    // Whether the client spelled the path as it is served: no %-escapes, dots, fragment or authority. So a proxy that
    // refuses this spelling protects the path, even if it forwards other spellings unchanged.
    public bool IsLiteral
    {
        get
        {
            var (target, path) = (_request.RawTarget, _request.Path);
            return target.StartsWith(path, StringComparison.Ordinal)
                && (target.Length == path.Length || target[path.Length] == '?');
        }
    }

    public string Query => _request.QueryString;

    public IHeaderDictionary RequestHeaders => _request.Headers;

    public PipeReader BodyReader => _requestBody.Reader;

    public bool IsChunked => _request.Headers.TransferEncoding.Count > 0;

    // Of a chunked request. Whether others could disagree with Kestrel about where it ends: HTTP/1.0 knows no chunks
    // (RFC 9112 §6.1).
    public bool HasFaultyFraming => !HttpProtocol.IsHttp11(_request.Protocol);

    // Of a chunked request: whether another coding is below the chunks, which Kestrel does not undo.
    public bool HasOtherCoding =>
        !"chunked".Equals(_request.Headers.TransferEncoding, StringComparison.OrdinalIgnoreCase);

    // Null with PostgreSQL, and outside the loop's slice for this connection.
    public IWriteRound? Round => _current?.Round;

    public bool HasStarted => _response.HasStarted;

    // The transaction to post; one per connection, which has one request at a time.
    public PendingPost Post { get; } = new();

    public Statement Statement => field ??= new Statement();

    public HistoryPage History => field ??= new HistoryPage();

    public RequestKind Kind { get; set; }

    // Whether the application has read the body to its end.
    public bool HasReadBody { get; set; }

    // Clock.NowNs when the request began.
    public long StartedAtNs { get; private set; }

    // Names a request that was answered 5xx, in its answer and in the log; null for any other.
    public string? RequestId { get; private set; }

    public int Status => _response.StatusCode;

    // Another request of the connection begins.
    public void Begin()
    {
        StartedAtNs = Clock.NowNs;
        RequestId = null;
        HasReadBody = false;
    }

    // The answer is sent. A request with chunks, or with a body that was not read, may have more to receive.
    public void End()
    {
        var headers = _request.Headers;
        if (_current is not null && (HasReadBody || headers.ContentLength is null) && !IsChunked)
        {
            _current.IsBetweenRequests = true;
        }
    }

    // The connection ends with the answer: what follows is not taken for a request.
    public void CloseAfterwards() => _response.Headers.Connection = "close";

    // Answers with a body; it is copied before the call returns.
    public Task AnswerAsync(int status, string mediaType, ReadOnlyMemory<byte> body)
    {
        _response.StatusCode = status;
        var headers = _response.Headers;
        headers.ContentType = mediaType;
        headers.ContentLength = body.Length;
        if (status >= StatusCodes.Status500InternalServerError)
        {
            headers[RequestIdHeader] = Identify();
        }

        LeaveIfDraining();
        var flush = _responseBody.Writer.WriteAsync(body);
        if (!flush.IsCompletedSuccessfully)
        {
            return flush.AsTask();
        }

        _ = flush.Result;
        return Task.CompletedTask;
    }

    public Task AnswerAsync(Problem problem)
    {
        var headers = _response.Headers;
        if (problem.Allow is not null)
        {
            headers.Allow = problem.Allow;
        }

        if (problem.Retry)
        {
            headers.RetryAfter = "1";
        }

        if (problem.ClosesConnection)
        {
            CloseAfterwards();
        }

        return AnswerAsync(problem.Status, MediaTypes.ProblemJson, problem.Body);
    }

    // For a request with a key: says where its transaction is (Location), and whether this is its first answer again.
    public void DescribeOutcome(in WriteOutcome outcome)
    {
        var headers = _response.Headers;
        if (outcome.Sequence > 0)
        {
            headers.Location = Router.PathOf(Post.AccountId, outcome.Sequence);
        }

        if (outcome.IsReplay)
        {
            headers["Idempotent-Replayed"] = "true";
        }
    }

    // Answers with the problem if the account was found, and otherwise says why it was not.
    public async Task RefuseIfFoundAsync(ValueTask<LookupResult> lookup, Problem problem)
    {
        try
        {
            var account = await lookup;
            await AnswerAsync(account == LookupResult.Found ? problem : Problem.Of(account));
        }
        catch (Exception error) when (!HasStarted)
        {
            await FailAsync(error);
        }
    }

    // Logs an unexpected exception and answers 500. Nothing has been sent yet.
    public Task FailAsync(Exception error)
    {
        Log.RequestFailed(logger, Identify(), error);
        return AnswerAsync(Problem.Unexpected);
    }

    public Task AnswerEmptyAsync()
    {
        _response.StatusCode = StatusCodes.Status200OK;
        _response.Headers.ContentLength = 0;
        LeaveIfDraining();
        return Task.CompletedTask;
    }

    // The client's id, if it can be logged as it is, else a new one.
    private string Identify() => RequestId ??=
        _request.Headers.TryGetValue(RequestIdHeader, out var values)
        && values is [{ Length: >= 1 and <= Limits.RequestIdLengthMax } given]
        && !given.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? given
            : Guid.NewGuid().ToString();

    private void LeaveIfDraining()
    {
        if (drain.HasBegun)
        {
            CloseAfterwards();
            drain.CountAnswer();
        }
    }
}

// What a thread reuses to make each answer: nothing here outlives the call that sends the answer.
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread; the writer holds no resource.")]
internal sealed class AnswerBuffer
{
    // A statement with ten descriptions of ten emoji, each written as two escapes, takes about 2,200 bytes.
    private const int InitialBytes = 4096;

    [ThreadStatic]
    private static AnswerBuffer? s_current;

    private readonly ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private readonly Utf8JsonWriter _json;

    private AnswerBuffer() => _json = new Utf8JsonWriter(_bytes, BankJsonContext.WriterOptions);

    public static AnswerBuffer Current => s_current ??= new AnswerBuffer();

    // Writes a value as JSON. Returns its bytes; valid until the next call on this thread.
    public ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        _bytes.ResetWrittenCount();
        _json.Reset();
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        return _bytes.WrittenMemory;
    }
}
