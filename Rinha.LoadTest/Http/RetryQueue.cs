using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Http;

/// <summary>
/// Failed requests that are sent again, byte for byte, over the connection that keeps them, each after a pause that
/// grows from try to try.
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

    public long NextDueNs => _waiting.TryPeek(out _, out var dueNs) ? dueNs : long.MaxValue;

    public static long PauseNs(int retries) => Math.Min(FirstPauseNs << Math.Min(retries, DoublingsMax), PauseMaxNs);

    /// <summary>Takes a failed request, whose bytes the connection still has.</summary>
    /// <param name="status">The status it was answered with; 0 without an answer.</param>
    /// <returns><see langword="false"/> if another try is of no use or would be too late.</returns>
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

    public void SendDue(long nowNs)
    {
        while (NextDueNs <= nowNs)
        {
            _waiting.Dequeue().SendAgain(nowNs);
        }
    }

    /// <summary>Takes out a request that is not sent again after all.</summary>
    public bool TryRemove([NotNullWhen(true)] out Connection? connection) =>
        _waiting.TryDequeue(out connection, out _);

    // Whether it may go better the next time. An answer that the server has made up its mind about will be the same.
    private static bool IsPassing(FailureKind kind, int status) => kind switch
    {
        FailureKind.UnexpectedStatus => status >= FirstServerError,
        FailureKind.WrongAnswer or FailureKind.Unanswered => false,
        _ => true,
    };
}
