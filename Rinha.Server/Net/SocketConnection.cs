using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// One client's connection, as Kestrel wants to see it.
internal sealed class SocketConnection : DefaultConnectionContext, IDuplexPipe
{
    private readonly EventLoop _loop;
    private readonly SocketDescriptor _socket;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;

    public SocketConnection(EventLoop loop, SocketDescriptor socket, string id, EndPoint local)
        : base(id)
    {
        _loop = loop;
        _socket = socket;
        var turn = new LoopTurn();
        _input = new ConnectionInput(socket, loop, turn);
        _output = new ConnectionOutput(socket, loop);
        LocalEndPoint = local;
        Features.Set(turn);
        // Kestrel reads and writes Transport.
        Application = this;
        Transport = this;
    }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    public int Number => _socket.Number;

    // What the loop found; anything wrong with the socket shows when it is used.
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

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _socket.Shutdown();
        _input.End();
        _output.End();
    }

    public override async ValueTask DisposeAsync()
    {
        _loop.Forget(this);
        // A client that still has an answer to read must not lose it to a reset: first the end, then the close.
        _socket.Shutdown();
        _socket.Dispose();
        await base.DisposeAsync();
    }
}
