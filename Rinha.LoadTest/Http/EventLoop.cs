using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Http;

// The monotonic clock of every measurement, in nanoseconds since an arbitrary moment.
internal static class Clock
{
    public static long NowNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public static long NowMs => NowNs / 1_000_000;
}

internal interface IDriver
{
    bool IsDone { get; }

    // Returns when to call again at the latest; the network may cause an earlier call.
    long OnTick(long nowNs);
}

// Sends requests over a connection; gets exactly one call for each.
internal interface IConnectionOwner
{
    // The connection is free for the next request, also from inside this call.
    void OnAnswer(Connection connection, in Answer answer);

    // There will be no answer. The connection is closed; the next request opens it again.
    void OnFailure(Connection connection, FailureKind kind);
}

// One thread, one epoll, many connections to one target: waits for the network or for the driver's next due time,
// whichever comes first, and ends requests that take too long.
internal sealed class EventLoop(Target target, TimeSpan requestTimeout, TimeSpan connectTimeout) : IDisposable
{
    private const long TimeoutCheckIntervalNs = 20_000_000;

    private readonly Poller _poller = new();
    private readonly List<Connection> _connections = [];
    private readonly Stack<Connection> _free = new();
    private readonly long _requestTimeoutNs = (long)requestTimeout.TotalNanoseconds;
    private readonly long _connectTimeoutNs = (long)connectTimeout.TotalNanoseconds;

    public Target Target => target;

    public Connection Rent(IConnectionOwner owner)
    {
        if (!_free.TryPop(out var connection))
        {
            connection = new Connection(this, _connections.Count);
            _connections.Add(connection);
        }

        connection.Owner = owner;
        return connection;
    }

    public void Return(Connection connection)
    {
        connection.Close();
        connection.Owner = null;
        _free.Push(connection);
    }

    public void Run(IDriver driver)
    {
        LibC.DisableTimerSlack();
        var nextCheckNs = Clock.NowNs + TimeoutCheckIntervalNs;
        while (!driver.IsDone)
        {
            var nowNs = Clock.NowNs;
            var dueNs = driver.OnTick(nowNs);
            if (driver.IsDone)
            {
                return;
            }

            if (nowNs >= nextCheckNs)
            {
                FailTimedOut(nowNs);
                nextCheckNs = nowNs + TimeoutCheckIntervalNs;
            }

            Dispatch(_poller.Wait(Math.Max(Math.Min(dueNs, nextCheckNs) - Clock.NowNs, 0)));
        }
    }

    public void FailAll(FailureKind kind)
    {
        for (var slot = 0; slot < _connections.Count; slot++)
        {
            _connections[slot].Fail(kind);
        }
    }

    public void Watch(Connection connection, int descriptor, uint interest) =>
        _poller.Watch(descriptor, interest, Token(connection));

    public void ChangeInterest(Connection connection, int descriptor, uint interest) =>
        _poller.Change(descriptor, interest, Token(connection));

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Close());
        _poller.Dispose();
    }

    private static ulong Token(Connection connection) => ((ulong)connection.Generation << 32) | (uint)connection.Slot;

    private void Dispatch(int count)
    {
        for (var index = 0; index < count; index++)
        {
            var (ready, token) = _poller.Event(index);
            var connection = _connections[(int)(uint)token];
            if (connection.Generation == (uint)(token >> 32))
            {
                connection.OnReady(ready);
            }
        }
    }

    private void FailTimedOut(long nowNs)
    {
        for (var slot = 0; slot < _connections.Count; slot++)
        {
            var connection = _connections[slot];
            var timeoutNs = connection.IsConnecting ? _connectTimeoutNs : _requestTimeoutNs;
            if (connection.IsBusy && nowNs - connection.StartedAtNs > timeoutNs)
            {
                connection.Fail(connection.IsConnecting ? FailureKind.ConnectTimeout : FailureKind.Timeout);
            }
        }
    }
}

// Retries failed requests, byte for byte, over the connection that keeps them, after pauses that grow, until retryFor
// after the first try; null for never.
internal sealed class RetryQueue(TimeSpan? retryFor)
{
    private const long FirstBackoffNs = 10_000_000;
    private const long BackoffMaxNs = 1_000_000_000;
    private const int DoublingsMax = 7; // 10 ms, seven times doubled, is more than a second.
    private const int FirstServerError = 500;

    private readonly PriorityQueue<Connection, long> _waiting = new();
    private readonly long _retryForNs = (long)(retryFor?.TotalNanoseconds ?? 0);

    public long NextDueNs => _waiting.TryPeek(out _, out var dueNs) ? dueNs : long.MaxValue;

    public static long BackoffNs(int retries) => Math.Min(FirstBackoffNs << Math.Min(retries, DoublingsMax), BackoffMaxNs);

    public bool TryAdd(Connection connection, FailureKind kind, int status, long nowNs)
    {
        var dueNs = nowNs + BackoffNs(connection.Retries);
        if (!IsTransient(kind, status) || dueNs - connection.FirstStartedAtNs > _retryForNs)
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
            _waiting.Dequeue().Resend(nowNs);
        }
    }

    public bool TryRemove([NotNullWhen(true)] out Connection? connection) =>
        _waiting.TryDequeue(out connection, out _);

    // Whether it may go better the next time. An answer that the server has made up its mind about will be the same.
    private static bool IsTransient(FailureKind kind, int status) => kind switch
    {
        FailureKind.UnexpectedStatus => status >= FirstServerError,
        FailureKind.WrongAnswer or FailureKind.Unanswered => false,
        _ => true,
    };
}
