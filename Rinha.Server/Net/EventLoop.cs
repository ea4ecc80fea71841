using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// The server's busiest thread: it waits for the sockets, hands what they bring to Kestrel and thereby to the
// application, and lets the ledger commit each round's writes. Owns the epoll instance, which is edge-triggered (an
// event says that something new has come, once), and the table of connections; Kestrel closes the connections. Requests
// that arrive during a round join it if the loop looks again before the commit. A connection with more to read than one
// slice allows waits in a queue; each round looks at the sockets first, then at the queue. The thread sleeps only
// to wait for events; its locks are held for a few instructions.
internal sealed class EventLoop : IDisposable
{
    private readonly Poller _poller = new();
    private readonly SafeFileHandle _wake = LibC.CreateEvent();
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly int _idlePolls;
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<ConnectionInput> _moreToRead = new();
    private bool _sleeps; // The thread that resets it has to wake the loop.
    private SocketConnection?[] _connections = new SocketConnection?[256]; // By the socket's number.
    private int _connectionCount;
    private int _gatherTarget = 1; // A round with fewer writes looks for more.
    private volatile bool _stopping;
    private bool _hasTurned; // Since the last TakePulse.
    private SocketListener? _listener;

    public EventLoop(IWriteRound? round, ILogger logger)
    {
        Round = round;
        _idlePolls = round is null ? 0 : Limits.IdlePollsMax; // Clients that await a database are not a moment away.
        _logger = logger;
        _thread = new Thread(Run) { Name = "event loop", IsBackground = true };
    }

    // The round that the connections' writes join, each during its slice.
    public IWriteRound? Round { get; }

    // The body of Kestrel's own refusals, by status (ConnectionOutput).
    public Func<int, ReadOnlyMemory<byte>>? RefusalBody { get; init; }

    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    public bool IsCurrentThread => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    // Starts the thread, which also accepts a listener's connections.
    public void Start(SocketListener listener)
    {
        _listener = listener;
        _poller.Watch(listener.Number, Poller.Readable);
        _poller.Watch((int)_wake.DangerousGetHandle(), Poller.Readable);
        _thread.Start();
    }

    // Queues a connection for another slice; any thread may call it.
    public void Schedule(ConnectionInput input)
    {
        _moreToRead.Enqueue(input);
        if (Interlocked.Exchange(ref _sleeps, false))
        {
            Wake();
        }
    }

    // Whether the loop has turned since it was last asked; wakes it, so that one that sleeps turns too.
    public bool TakePulse()
    {
        var hasTurned = Interlocked.Exchange(ref _hasTurned, false);
        Wake();
        return hasTurned;
    }

    // Begins to watch a connection, or closes it if it cannot be watched.
    public bool TryAdd(
        SocketConnection connection, SocketDescriptor socket, [NotNullWhen(false)] out string? failure)
    {
        lock (_lock)
        {
            if (socket.Number >= _connections.Length)
            {
                Array.Resize(ref _connections, Math.Max(socket.Number + 1, _connections.Length * 2));
            }

            _connections[socket.Number] = connection;
            _connectionCount++;
        }

        try
        {
            _poller.Watch(socket.Number, Poller.Readable);
            failure = null;
            return true;
        }
        catch (IOException error)
        {
            Forget(connection);
            socket.Dispose();
            failure = error.Message;
            return false;
        }
    }

    // Unregisters a connection, before its descriptor is reused.
    public void Forget(SocketConnection connection)
    {
        lock (_lock)
        {
            _connections[connection.Socket.Number] = null;
            _connectionCount--;
        }
    }

    // Keeps a connection without a client for the next one; false when there are enough.
    public bool TryKeep(SocketConnection connection) => _listener!.TryKeep(connection);

    // Throws unless the caller is the loop's thread.
    public void VerifyAccess()
    {
        if (!IsCurrentThread)
        {
            throw new InvalidOperationException("only the event loop's thread may do this");
        }
    }

    // Sets whether the loop tells a connection that its socket takes more.
    public void AwaitWritable(SocketDescriptor socket, bool isAwaited) =>
        _poller.Change(socket.Number, isAwaited ? Poller.Readable | Poller.Writable : Poller.Readable);

    // Ends the thread; to be called when the last connection is gone and the listener is closed.
    public void Dispose()
    {
        _stopping = true;
        if (_thread.IsAlive)
        {
            Wake();
            _thread.Join();
        }

        _poller.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            var count = WaitForEvents();
            var queued = _moreToRead.IsEmpty ? 0 : _moreToRead.Count;
            Dispatch(count);
            RunSlices(queued);
            if (Round is not null)
            {
                GatherWrites(Round);
                CommitRound(Round);
            }
        }
    }

    // Gives a slice to connections queued before this round, until Limits.BatchWritesMax reads were made.
    private void RunSlices(int queued)
    {
        for (var reads = 0;
            queued > 0 && reads < Limits.BatchWritesMax && _moreToRead.TryDequeue(out var input);
            queued--)
        {
            try
            {
                reads += input.RunSlice();
            }
            catch (Exception error)
            {
                Log.RequestFailed(_logger, null, error);
            }
        }
    }

    private void Wake()
    {
        try
        {
            LibC.Signal(_wake);
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended meanwhile.
        }
    }

    // Under load the next requests are a moment away: letting their senders run and looking again is cheaper than going
    // to sleep, and spares the senders a wake-up.
    private int WaitForEvents()
    {
        for (var polls = 0; polls < _idlePolls; polls++)
        {
            var count = _poller.Wait(Poller.NotAtAll);
            if (count > 0 || !_moreToRead.IsEmpty)
            {
                return count;
            }

            Thread.Yield();
        }

        // A thread that adds to the queue after this look at it sees that the loop sleeps, and wakes it.
        Interlocked.Exchange(ref _sleeps, true);
        var events = _poller.Wait(_moreToRead.IsEmpty ? Poller.Forever : Poller.NotAtAll);
        Volatile.Write(ref _sleeps, false);
        return events;
    }

    // The round hands over by itself when it must wait; only a taken gate is the loop's to retry. Meanwhile more writes
    // may come to share the commit.
    private void CommitRound(IWriteRound round)
    {
        for (var tries = 0; round.TryCommit() == RoundEnd.GateTaken; tries++)
        {
            if (tries == Limits.GateTriesMax)
            {
                round.HandOver();
                return;
            }

            Thread.Yield();
            Dispatch(_poller.Wait(Poller.NotAtAll));
        }
    }

    // A commit costs nearly the same for one write as for several. So a round looks for more, and yields to their
    // senders, until it has _gatherTarget: one more than the round before. It stops when connections wait for a slice,
    // so that reads cannot put off the commit.
    private void GatherWrites(IWriteRound round)
    {
        var emptyPolls = 0;
        while (round.Writes > 0
            && round.Writes < _gatherTarget
            && emptyPolls < Limits.GatherEmptyPollsMax
            && _moreToRead.IsEmpty)
        {
            var writes = round.Writes;
            var count = _poller.Wait(Poller.NotAtAll);
            Dispatch(count);
            emptyPolls += round.Writes == writes ? 1 : 0;
            if (count == 0)
            {
                Thread.Yield();
            }
        }

        if (round.Writes > 0)
        {
            // If a lone write looked and found no second, the next round does not look; the one after it does again.
            _gatherTarget = round.Writes == 1 && emptyPolls > 0 ? 1 : round.Writes + 1;
        }
    }

    private void Dispatch(int count)
    {
        for (var index = 0; index < count; index++)
        {
            var (events, number) = _poller.Event(index);
            Dispatch(events, number);
        }
    }

    private void Dispatch(uint events, int number)
    {
        try
        {
            if (number == _listener!.Number)
            {
                _listener.Accept();
            }
            else
            {
                // A stale event on a reused descriptor is harmless, a spurious wake-up.
                var connections = Volatile.Read(ref _connections);
                if (number < connections.Length && connections[number] is { } connection)
                {
                    connection.OnReady(events);
                }
                else
                {
                    Volatile.Write(ref _hasTurned, true); // The wake-up, which needs no reading, or a closed socket.
                }
            }
        }
        catch (Exception error)
        {
            Log.RequestFailed(_logger, null, error);
        }
    }
}
