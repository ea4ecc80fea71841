using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// One client's connection, as Kestrel wants to see it. When the client closes between two requests, Kestrel does not
// hear of it: to Kestrel the next client's requests are more of the same, as they are behind a balancer that keeps its
// connections. That spares the next one what Kestrel does for a connection, more than for a request.
internal sealed class SocketConnection : DefaultConnectionContext, IDuplexPipe
{
    private readonly EventLoop _loop;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;

    public SocketConnection(EventLoop loop, SocketDescriptor socket, string id, EndPoint local)
        : base(id)
    {
        _loop = loop;
        Socket = socket;
        var current = new CurrentRound();
        _input = new ConnectionInput(this, loop, current);
        _output = new ConnectionOutput(this, loop);
        LocalEndPoint = local;
        Features.Set(current);
        // Kestrel reads and writes Transport.
        Application = this;
        Transport = this;
    }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    // The client's; closed while there is none.
    public SocketDescriptor Socket { get; private set; }

    // Environment.TickCount64 when the last client left.
    public long VacantSinceMs { get; private set; }

    // Passes on what the loop found; anything wrong with the socket shows when it is used.
    public void OnReady(uint ready)
    {
        if ((ready & (Poller.Readable | Poller.Ended | Poller.Broken)) != 0)
        {
            _input.OnReadable(isEndThere: (ready & (Poller.Ended | Poller.Broken)) != 0);
        }

        if ((ready & (Poller.Writable | Poller.Broken)) != 0)
        {
            _output.OnWritable();
        }
    }

    // The client has left: closes its socket and waits for the next one's.
    public void Vacate()
    {
        if (Socket.IsClosed)
        {
            return; // It has left before.
        }

        CloseSocket();
        VacantSinceMs = Environment.TickCount64;
        if (_output.IsBroken || !_loop.TryKeep(this))
        {
            _input.End();
        }
    }

    // Serves another client from now on. False if Kestrel is ending the connection.
    public bool TryServe(SocketDescriptor socket)
    {
        if (!_input.TryBegin())
        {
            return false;
        }

        Socket = socket;
        return true;
    }

    // Ends a vacant connection.
    public void End() => _input.End();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Socket.Shutdown();
        _input.End();
        _output.End();
    }

    public override async ValueTask DisposeAsync()
    {
        CloseSocket();
        await base.DisposeAsync();
    }

    private void CloseSocket()
    {
        if (!Socket.IsClosed)
        {
            _loop.Forget(this);
            // A client that still has an answer to read must not lose it to a reset: so shut down, then close.
            Socket.Shutdown();
            Socket.Dispose();
        }
    }
}

// A connected, non-blocking socket. A safe handle, so its number is not given back to the kernel while another thread
// is in a call on it.
internal sealed unsafe class SocketDescriptor : SafeHandle
{
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int ShutdownBoth = 2; // SHUT_RDWR

    public SocketDescriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle == -1;

    public int Number => (int)handle;

    // Receives what is there. Returns how many bytes, 0 at the end, or -1 and an errno.
    public int Receive(Span<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            nint count;
            do
            {
                count = LibC.Receive(this, first, bytes.Length, 0);
                error = count < 0 ? LibC.LastError : 0;
            }
            while (error == LibC.Interrupted);

            return (int)count;
        }
    }

    // Sends as much as the kernel takes now. Returns how many bytes, or -1 and an errno.
    public int Send(ReadOnlySpan<byte> bytes, out int error)
    {
        fixed (byte* first = bytes)
        {
            nint count;
            do
            {
                count = LibC.Send(this, first, bytes.Length, NoSignal);
                error = count < 0 ? LibC.LastError : 0;
            }
            while (error == LibC.Interrupted);

            return (int)count;
        }
    }

    // Ends both directions; the other side sees the end, and so does a reader or writer here.
    public void Shutdown()
    {
        try
        {
            _ = LibC.Shutdown(this, ShutdownBoth);
        }
        catch (ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
