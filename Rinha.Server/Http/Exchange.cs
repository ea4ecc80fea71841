using System.IO.Pipelines;
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
    // Kestrel's connection implements the features itself, the same object for every request on it.
    private readonly IHttpRequestFeature _request = features.GetRequiredFeature<IHttpRequestFeature>();
    private readonly IRequestBodyPipeFeature _requestBody = features.GetRequiredFeature<IRequestBodyPipeFeature>();
    private readonly IHttpResponseFeature _response = features.GetRequiredFeature<IHttpResponseFeature>();
    private readonly IHttpResponseBodyFeature _responseBody =
        features.GetRequiredFeature<IHttpResponseBodyFeature>();

    private readonly LoopTurn? _turn = features.Get<LoopTurn>();

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

    public PipeReader RequestBody => _requestBody.Reader;

    public bool IsChunked => _request.Headers.TransferEncoding.Count > 0;

    // Whether others could disagree with Kestrel about where the request ends: HTTP/1.0 knows no chunks (RFC 9112
    // §6.1).
    public bool HasFaultyFraming => IsChunked && !HttpProtocol.IsHttp11(_request.Protocol);

    // Null with PostgreSQL, and outside the loop's turn at this connection (LoopTurn, in IWriteRound.cs).
    public IWriteRound? Round => _turn?.Round;

    public bool HasStarted => _response.HasStarted;

    // The transaction to post; one per connection, which has one request at a time.
    public PendingPost Post { get; } = new();

    public Statement Statement => field ??= new Statement();

    public HistoryPage History => field ??= new HistoryPage();

    public RequestKind Kind { get; set; }

    // The Clock as the request began, in nanoseconds.
    public long StartedAtNs { get; set; }

    public int Status => _response.StatusCode;

    // The connection ends with the answer: what follows is not taken for a request.
    public void CloseAfterwards() => _response.Headers.Connection = "close";

    // Answers with a body; it is copied before the call returns.
    public Task AnswerAsync(int status, string mediaType, ReadOnlyMemory<byte> body)
    {
        _response.StatusCode = status;
        var headers = _response.Headers;
        headers.ContentType = mediaType;
        headers.ContentLength = body.Length;
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
        Log.RequestFailed(logger, error);
        return AnswerAsync(Problem.Unexpected);
    }

    public Task AnswerEmptyAsync()
    {
        _response.StatusCode = StatusCodes.Status200OK;
        _response.Headers.ContentLength = 0;
        LeaveIfDraining();
        return Task.CompletedTask;
    }

    private void LeaveIfDraining()
    {
        if (drain.HasBegun)
        {
            CloseAfterwards();
            drain.CountAnswer();
        }
    }
}
