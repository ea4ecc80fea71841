using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Rinha.Bench.Requests;

/// <summary>
/// Connections without a network: two pipes each, which Kestrel takes for any other transport. Everything runs inline,
/// as with the server's sockets: a request on the thread that sends it, an answer's arrival on the one that answers.
/// </summary>
internal sealed class InMemoryTransport : IConnectionListenerFactory, IConnectionListener
{
    private static readonly PipeOptions s_inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private readonly Channel<ConnectionContext> _arriving = Channel.CreateUnbounded<ConnectionContext>();

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 9999);

    /// <summary>Opens a connection.</summary>
    public InMemoryClient Connect(Countdown countdown)
    {
        var requests = new Pipe(s_inline);
        var answers = new Pipe(s_inline);
        var server = new DuplexPipe(requests.Reader, answers.Writer);
        var client = new DuplexPipe(answers.Reader, requests.Writer);
        if (!_arriving.Writer.TryWrite(new DefaultConnectionContext(Guid.NewGuid().ToString(), server, client)))
        {
            throw new InvalidOperationException("the server takes no more connections");
        }

        return new InMemoryClient(client, countdown);
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _arriving.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_arriving.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _arriving.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
