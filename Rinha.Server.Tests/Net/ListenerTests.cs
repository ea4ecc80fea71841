using Rinha.Server.Net;
using Rinha.Server.Tests.Telemetry;

namespace Rinha.Server.Tests.Net;

// Failures of accept and of epoll.
public sealed class ListenerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _logger = new();

    [Fact]
    public async Task A_persistent_accept_error_is_logged_and_does_not_block_the_thread()
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, 0);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endPoint);
        using var loop = new EventLoop(round: null, _logger);
        var listener = new SocketListener(socket, endPoint, loop, _logger);
        socket.Shutdown(SocketShutdown.Both); // From now on accept fails with EINVAL.

        await Task.Run(listener.Accept, TestContext.Current.CancellationToken)
            .WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);

        listener.AcceptLast();
        Assert.Equal(30, _logger.Lines[0].Event);
        Assert.Contains("Invalid argument", _logger.Lines[0].Message, StringComparison.Ordinal);
        await listener.UnbindAsync(TestContext.Current.CancellationToken);
        listener.Accept(); // A retry timer that has already fired may do this.
        Assert.Single(_logger.Lines);
    }

    [Fact]
    public void A_connection_that_epoll_rejects_is_closed()
    {
        using var loop = new EventLoop(round: null, _logger);
        // A file instead of a socket: epoll_ctl fails with EPERM.
        using var file = File.OpenHandle(_directory.File("file"), FileMode.Create, FileAccess.Write);
        var descriptor = new SocketDescriptor((int)file.DangerousGetHandle());
        file.SetHandleAsInvalid();
        var connection = new SocketConnection(loop, descriptor, "1", new UnixDomainSocketEndPoint("x"));

        Assert.False(loop.TryAdd(connection, descriptor, out var failure));

        Assert.StartsWith("epoll_ctl", failure, StringComparison.Ordinal);
        Assert.True(descriptor.IsClosed);
        Assert.Equal(0, loop.ConnectionCount);
    }

    public void Dispose() => _directory.Dispose();
}
