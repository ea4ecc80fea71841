namespace Rinha.Server.Tests.EndToEnd;

// What the server tells systemd (sd_notify(3)).
public sealed class SystemdTests : ServerTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_says_when_it_is_ready_that_its_loop_turns_and_that_it_stops(bool isAbstract)
    {
        var path = InDirectory("notify");
        using var systemd = Listen(isAbstract ? '\0' + path : path);
        using var server = ServerProcess.StartUnread(
            Ledger,
            Socket,
            server =>
            {
                Assert.Equal("READY=1", Next(systemd));
                server.Get("/health").AssertOk();
            },
            ("NOTIFY_SOCKET", isAbstract ? '@' + path : path),
            ("WATCHDOG_USEC", "100000"));

        for (var pulse = 0; pulse < 3; pulse++)
        {
            Assert.Equal("WATCHDOG=1", Next(systemd));
        }

        server.Terminate();
        var last = Next(systemd);
        while (last == "WATCHDOG=1")
        {
            last = Next(systemd);
        }

        Assert.Equal("STOPPING=1", last);
        Assert.Equal(0, server.AwaitExit().Code);
    }

    [Fact]
    public void A_socket_that_does_not_exist_stops_the_start() =>
        ServerProcess.Run([], [.. Settings, ("NOTIFY_SOCKET", InDirectory("none"))])
            .AssertRefused("NOTIFY_SOCKET: no socket");

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Wait.TimeoutMs,
        };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static string Next(Socket systemd)
    {
        var bytes = new byte[64];
        return Encoding.ASCII.GetString(bytes, 0, systemd.Receive(bytes));
    }
}
