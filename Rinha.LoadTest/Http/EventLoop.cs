namespace Rinha.LoadTest.Http;

/// <summary>
/// One thread, one epoll, many connections: waits for the network or for the driver's next due time, whichever comes
/// first, and ends requests that take too long.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const long TimeoutCheckIntervalNs = 20_000_000;

    private readonly Poller _poller = new();
    private readonly List<Connection> _connections = [];
    private readonly Stack<Connection> _free = new();
    private readonly long _requestTimeoutNs;
    private readonly long _connectTimeoutNs;

    public EventLoop(Target target, TimeSpan requestTimeout, TimeSpan connectTimeout)
    {
        Target = target;
        _requestTimeoutNs = (long)requestTimeout.TotalNanoseconds;
        _connectTimeoutNs = (long)connectTimeout.TotalNanoseconds;
    }

    /// <summary>Where all connections go.</summary>
    public Target Target { get; }

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

    /// <summary>Runs until the driver is done.</summary>
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

    /// <summary>Ends every request under way.</summary>
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
        foreach (var connection in _connections)
        {
            connection.Close();
        }

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
            if (!connection.IsBusy)
            {
                continue;
            }

            var timeoutNs = connection.IsConnecting ? _connectTimeoutNs : _requestTimeoutNs;
            if (nowNs - connection.StartedAtNs > timeoutNs)
            {
                connection.Fail(connection.IsConnecting ? FailureKind.ConnectTimeout : FailureKind.Timeout);
            }
        }
    }
}
