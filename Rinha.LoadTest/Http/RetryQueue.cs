namespace Rinha.LoadTest.Http;

/// <summary>
/// The requests that came to nothing and are sent again, byte for byte, over the connection that keeps them, each after
/// a pause that grows from try to try.
/// </summary>
/// <param name="retryFor">
/// How long after a request was first sent it may be sent again; <see langword="null"/> for never.
/// </param>
internal sealed class RetryQueue(TimeSpan? retryFor)
{
    private const long FirstPauseNs = 10_000_000;
    private const long PauseMaxNs = 1_000_000_000;
    private const int DoublingsMax = 7; // 10 ms, seven times doubled, is more than a second.
    private const int FirstServerError = 500;

    private readonly PriorityQueue<Connection, long> _waiting = new();
    private readonly long _retryForNs = (long)(retryFor?.TotalNanoseconds ?? 0);

    /// <summary>When the next one is due.</summary>
    public long NextDueNs => _waiting.TryPeek(out _, out var dueNs) ? dueNs : long.MaxValue;

    /// <summary>How long to wait before a request is sent again.</summary>
    /// <param name="retries">How often it already was.</param>
    public static long PauseNs(int retries) => Math.Min(FirstPauseNs << Math.Min(retries, DoublingsMax), PauseMaxNs);

    /// <summary>Takes a request that came to nothing, unless another try is of no use or would be too late.</summary>
    /// <param name="connection">The connection, whose buffer still has the request.</param>
    /// <param name="kind">What became of the last try.</param>
    /// <param name="status">The status it was answered with; 0 without an answer.</param>
    /// <param name="nowNs">The present time.</param>
    /// <returns><see langword="false"/> if that was the last try.</returns>
    public bool TryAdd(Connection connection, FailureKind kind, int status, long nowNs)
    {
        var dueNs = nowNs + PauseNs(connection.Retries);
        if (!IsPassing(kind, status) || dueNs - connection.FirstStartedAtNs > _retryForNs)
        {
            return false;
        }

        _waiting.Enqueue(connection, dueNs);
        return true;
    }

    /// <summary>Sends again what is due.</summary>
    public void SendDue(long nowNs)
    {
        while (_waiting.TryPeek(out var connection, out var dueNs) && dueNs <= nowNs)
        {
            _waiting.Dequeue();
            connection.SendAgain(nowNs);
        }
    }

    /// <summary>Takes out a request that is not sent again after all.</summary>
    public bool TryRemove([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Connection? connection) =>
        _waiting.TryDequeue(out connection, out _);

    // Whether it may go better the next time. An answer that the server has made up its mind about will be the same.
    private static bool IsPassing(FailureKind kind, int status) => kind switch
    {
        FailureKind.UnexpectedStatus => status >= FirstServerError,
        FailureKind.WrongAnswer or FailureKind.Unanswered => false,
        _ => true,
    };
}
