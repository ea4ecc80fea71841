using Rinha.Chaos.UnderTest;

namespace Rinha.LoadTest.Tests.Chaos;

// A link that can be cut: the test connects through the relay to an echo server.
public sealed class RelayTests : IDisposable
{
    private const int SilenceMs = 200; // Ample time for data that is not held back.

    private readonly TemporaryDirectory _directory = new();
    private readonly StubServer _echo;
    private readonly Relay _relay;
    private readonly byte[] _buffer = new byte[64 * 1024];

    public RelayTests()
    {
        _echo = StubServer.StartUnix(_directory.File("far"), connection =>
        {
            var buffer = new byte[4096];
            while (connection.Socket.Receive(buffer) is var count and > 0)
            {
                connection.Send(buffer.AsSpan(0, count));
            }

            connection.Socket.Shutdown(SocketShutdown.Send);
        });
        _relay = new Relay(new UnixDomainSocketEndPoint(_directory.File("far")));
    }

    [Fact]
    public async Task It_relays_bytes_and_closes_both_ways()
    {
        using var near = Connect();
        var sent = new byte[1_000_000];
        Random.Shared.NextBytes(sent);

        var sending = Task.Run(() =>
        {
            near.Send(sent);
            near.Shutdown(SocketShutdown.Send);
        }, TestContext.Current.CancellationToken);
        using var received = new MemoryStream();
        for (int count; (count = Receive(near)) > 0;)
        {
            received.Write(_buffer, 0, count);
        }

        Assert.Equal(sent, received.ToArray());
        await sending;
        Wait.Until(() => _relay.Connections == 0, "the relay drops the connection");
    }

    [Fact]
    public void Dropped_connections_are_reset_and_new_ones_accepted()
    {
        using var near = Connect();
        AssertRelays(near);

        _relay.Drop();

        var error = Assert.Throws<SocketException>(() => Receive(near));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        using var next = Connect();
        AssertRelays(next);
    }

    [Fact]
    public void While_it_refuses_old_and_new_connections_fail()
    {
        using var near = Connect();
        AssertRelays(near);

        _relay.Refuse();

        Assert.Throws<SocketException>(() => Receive(near));
        var error = Assert.Throws<SocketException>(Connect);
        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        _relay.Restore();
        using var next = Connect();
        AssertRelays(next);
    }

    [Fact]
    public void Data_sent_while_it_is_silent_arrives_afterwards()
    {
        using var near = Connect();
        AssertRelays(near);

        _relay.Blackhole();

        near.Send("late"u8);
        using var next = Connect(); // Connects, but gets no data.
        next.Send("too"u8);
        Assert.False(near.Poll(TimeSpan.FromMilliseconds(SilenceMs), SelectMode.SelectRead));
        Assert.False(next.Poll(TimeSpan.Zero, SelectMode.SelectRead));
        _relay.Restore();
        Assert.Equal("late"u8, Received(near, 4));
        Assert.Equal("too"u8, Received(next, 3));
    }

    [Fact]
    public void Data_of_a_connection_dropped_in_the_silence_never_arrives()
    {
        using var near = Connect();
        AssertRelays(near);
        _relay.Blackhole();
        near.Send("lost"u8);

        _relay.Drop();
        _relay.Restore();

        Assert.Throws<SocketException>(() => Receive(near));
        Wait.Until(() => _relay.Connections == 0, "the relay drops the connection");
    }

    [Fact]
    public void Without_a_server_behind_it_a_connection_is_closed()
    {
        _echo.Dispose();
        using var near = Connect();

        Assert.Throws<SocketException>(() => Receive(near));
    }

    public void Dispose()
    {
        _relay.Dispose();
        _echo.Dispose();
        _directory.Dispose();
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Wait.Timeout.TotalMilliseconds,
        };
        socket.Connect(IPEndPoint.Parse(_relay.Address));
        return socket;
    }

    private int Receive(Socket socket) => socket.Receive(_buffer);

    private ReadOnlySpan<byte> Received(Socket socket, int count)
    {
        for (var at = 0; at < count;)
        {
            at += socket.Receive(_buffer.AsSpan(at, count - at));
        }

        return _buffer.AsSpan(0, count);
    }

    private void AssertRelays(Socket socket)
    {
        socket.Send("there and back"u8);
        Assert.Equal("there and back"u8, Received(socket, 14));
    }
}
