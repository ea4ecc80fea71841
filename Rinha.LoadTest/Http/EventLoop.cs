using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Http;

// The monotonic clock of all measurements; its origin is arbitrary.
internal static class Clock
{
    public static long NowNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public static long NowMs => NowNs / 1_000_000;
}

// Decides what an event loop sends and when, and when it ends.
internal interface IDriver
{
    bool IsDone { get; }

    // Returns the latest time for the next call; network events may cause an earlier one.
    long OnTick(long nowNs);
}

// Sends requests over connections; gets exactly one callback for each request.
internal interface IConnectionOwner
{
    // The connection can take the next request, even inside this call.
    void OnAnswer(Connection connection, in Answer answer);

    // The request failed, and the connection is closed; the next request reconnects.
    void OnFailure(Connection connection, FailureKind kind);
}

// Multiplexes all connections to one target over one epoll: waits for the network or the driver's next due time, and
// fails requests past their timeout. Owns the connections. Everything runs on the thread that calls Run.
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

// Retries failed requests unchanged, each on its own connection, with exponential backoff, until retryFor after the
// first attempt; null disables retries. Used on the event loop's thread alone.
internal sealed class RetryQueue(TimeSpan? retryFor)
{
    private const long FirstBackoffNs = 10_000_000;
    private const long BackoffMaxNs = 1_000_000_000;
    private const int DoublingsMax = 7; // 10 ms doubled seven times exceeds a second.
    private const int FirstServerError = 500;

    private readonly PriorityQueue<Connection, long> _waiting = new();
    private readonly long _retryForNs = (long)(retryFor?.TotalNanoseconds ?? 0);

    public long NextDueNs => _waiting.TryPeek(out _, out var dueNs) ? dueNs : long.MaxValue;

    public static long BackoffNs(int retries) =>
        Math.Min(FirstBackoffNs << Math.Min(retries, DoublingsMax), BackoffMaxNs);

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

    // Whether a retry may succeed. A conclusive answer would only repeat itself.
    private static bool IsTransient(FailureKind kind, int status) => kind switch
    {
        FailureKind.UnexpectedStatus => status >= FirstServerError,
        FailureKind.WrongAnswer or FailureKind.Unanswered => false,
        _ => true,
    };
}
