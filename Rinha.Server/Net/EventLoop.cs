using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// The thread that everything happens on: it waits for the sockets, hands what they bring through Kestrel to the
// application, and after each round lets the ledger commit what the round has brought. Requests that arrive while it is
// at work wait in their sockets and make the next round. A connection that has more than its turn allows waits in a
// queue; each round looks at the sockets first, then goes on with those in the queue.
internal sealed class EventLoop : IDisposable
{
    private readonly Poller _poller = new();
    private readonly SafeFileHandle _wake = LibC.CreateEvent();
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly ConcurrentQueue<ConnectionInput> _ready = new();
    private bool _sleeps; // And is to be woken by the one who takes this back.
    private SocketConnection?[] _connections = new SocketConnection?[256]; // By the socket's number.
    private int _connectionCount;
    private int _expectedWrites = 1;
    private volatile bool _stopping;
    private SocketListener? _listener;

    public EventLoop(IWriteRound? round, ILogger logger)
    {
        Round = round;
        _logger = logger;
        _thread = new Thread(Run) { Name = "event loop", IsBackground = true };
    }

    // The round that the connections' writes join, each during its turn.
    public IWriteRound? Round { get; }

    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    // Begins with the connections that come to a listener.
    public void Start(SocketListener listener)
    {
        _listener = listener;
        _poller.Watch(listener.Number, Poller.Readable);
        _poller.Watch((int)_wake.DangerousGetHandle(), Poller.Readable);
        _thread.Start();
    }

    // Gives a connection a turn in the next round; any thread may call it.
    public void Schedule(ConnectionInput input)
    {
        _ready.Enqueue(input);
        if (Interlocked.Exchange(ref _sleeps, false))
        {
            Wake();
        }
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
            _connections[connection.Number] = null;
            _connectionCount--;
        }
    }

    // Whether to tell a connection that its socket takes more.
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
            var ready = _ready.IsEmpty ? 0 : _ready.Count;
            Dispatch(count);
            TakeTurns(ready);
            if (Round is not null)
            {
                Gather(Round);
                End(Round);
            }
        }
    }

    // Of those that were in the queue before this round, until they have brought as much as a look at the sockets may.
    private void TakeTurns(int ready)
    {
        for (var reads = 0; ready > 0 && reads < Limits.BatchWritesMax && _ready.TryDequeue(out var input); ready--)
        {
            try
            {
                reads += input.TakeTurn();
            }
            catch (Exception error)
            {
                Log.RequestFailed(_logger, error);
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

    // Under load the next requests are a moment away. To let those who send them run, and to look again, is cheaper
    // than to go to sleep, and for them than to wake this thread.
    private int WaitForEvents()
    {
        for (var looks = 0; looks < Limits.IdleLooksMax; looks++)
        {
            var count = _poller.Wait(Poller.NotAtAll);
            if (count > 0 || !_ready.IsEmpty)
            {
                return count;
            }

            Thread.Yield();
        }

        // A thread that adds to the queue after this look at it sees that the loop sleeps, and wakes it.
        Interlocked.Exchange(ref _sleeps, true);
        var events = _poller.Wait(_ready.IsEmpty ? Poller.Forever : Poller.NotAtAll);
        Volatile.Write(ref _sleeps, false);
        return events;
    }

    // While the other process is inside, more may come to share the commit.
    private void End(IWriteRound round)
    {
        for (var tries = 0; !round.TryEnd(); tries++)
        {
            if (tries == Limits.GateTriesMax)
            {
                round.Leave();
                return;
            }

            Thread.Yield();
            Dispatch(_poller.Wait(Poller.NotAtAll));
        }
    }

    // A commit costs nearly the same for one write as for several. So a round with writes looks for more and yields to
    // their senders: only while recent rounds had several, so that a lone request does not wait, and not while other
    // work waits, so that a stream of reads cannot put the commit off.
    private void Gather(IWriteRound round)
    {
        var looksInVain = 0;
        while (round.Writes > 0
            && round.Writes < _expectedWrites
            && looksInVain < Limits.GatherLooksMax
            && _ready.IsEmpty)
        {
            var writes = round.Writes;
            var count = _poller.Wait(Poller.NotAtAll);
            Dispatch(count);
            looksInVain += round.Writes == writes ? 1 : 0;
            if (count == 0)
            {
                Thread.Yield();
            }
        }

        _expectedWrites = round.Writes switch
        {
            0 => _expectedWrites,
            1 => looksInVain > 0 ? 1 : 2,
            var several => several + 1,
        };
    }

    private void Dispatch(int count)
    {
        for (var index = 0; index < count; index++)
        {
            var (ready, number) = _poller.Event(index);
            Dispatch(ready, number);
        }
    }

    private void Dispatch(uint ready, int number)
    {
        try
        {
            if (number == _listener!.Number)
            {
                _listener.Accept();
            }
            else
            {
                // A stale event on a reused descriptor: harmless, a spurious wake-up.
                var connections = Volatile.Read(ref _connections);
                (number < connections.Length ? connections[number] : null)?.OnReady(ready);
            }
        }
        catch (Exception error)
        {
            Log.RequestFailed(_logger, error);
        }
    }
}
