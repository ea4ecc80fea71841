namespace Rinha.LoadTest.Http;

/// <summary>The monotonic clock of every measurement, in nanoseconds since an arbitrary moment.</summary>
internal static class Clock
{
    public static long NowNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public static long NowMs => NowNs / 1_000_000;
}

/// <summary>Starts requests when they are due and says when the run is over.</summary>
internal interface IDriver
{
    bool IsDone { get; }

    /// <returns>When to call again at the latest; the network may cause an earlier call.</returns>
    long OnTick(long nowNs);
}

/// <summary>Sends requests over a connection; gets exactly one call for each.</summary>
internal interface IConnectionOwner
{
    /// <summary>The connection is free for the next request, also from inside this call.</summary>
    void OnAnswer(Connection connection, in Answer answer);

    /// <summary>There will be no answer. The connection is closed; the next request opens it again.</summary>
    void OnFailure(Connection connection, FailureKind kind);
}

/// <summary>
/// One thread, one epoll, many connections to one target: waits for the network or for the driver's next due time,
/// whichever comes first, and ends requests that take too long.
/// </summary>
internal sealed class EventLoop(Target target, TimeSpan requestTimeout, TimeSpan connectTimeout) : IDisposable
{
    private const long TimeoutCheckIntervalNs = 20_000_000;

    private readonly Poller _poller = new();
    private readonly List<Connection> _connections = [];
    private readonly Stack<Connection> _free = new();
    private readonly long _requestTimeoutNs = (long)requestTimeout.TotalNanoseconds;
    private readonly long _connectTimeoutNs = (long)connectTimeout.TotalNanoseconds;

    public Target Target => target;

    /// <summary>A closed connection for the owner; it connects with its first request.</summary>
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

    /// <summary>Closes a connection and takes it back.</summary>
    public void Return(Connection connection)
    {
        connection.Close();
        connection.Owner = null;
        _free.Push(connection);
    }

    public void Run(IDriver driver)
    {
        LibC.WakeOnTime();
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
                EndOverdue(nowNs);
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

    public void Rewatch(Connection connection, int descriptor, uint interest) =>
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

    private void EndOverdue(long nowNs)
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
