using Rinha.Server.Ledger;

namespace Rinha.Server;

// Tells systemd the service's state, one datagram to NOTIFY_SOCKET each (sd_notify(3)); without the variable it does
// nothing. The watchdog's pulses come from a timer, and only when the event loop has turned since the last one, so that
// systemd restarts a server whose loop hangs.
internal sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;
    private Timer? _watchdog;

    // RefusalException: NOTIFY_SOCKET names no socket.
    public SystemdNotifier()
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path)
        {
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // @: an abstract address (unix(7)).
            try
            {
                _socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            }
            catch (SocketException error)
            {
                throw new RefusalException($"NOTIFY_SOCKET: no socket at {path}", error);
            }
        }
    }

    // The server accepts and its ledger is open.
    public void SendReady(Func<bool> takePulse)
    {
        _socket?.Send("READY=1"u8);
        if (_socket is not null
            && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), out var timeoutUs) && timeoutUs > 0)
        {
            _ = takePulse();
            var period = TimeSpan.FromMicroseconds(timeoutUs) / Limits.WatchdogPulses;
            _watchdog = new Timer(_ => SendPulse(takePulse), null, period, period);
        }
    }

    public void SendStopping() => TrySend("STOPPING=1"u8);

    public void Dispose()
    {
        _watchdog?.Dispose();
        _socket?.Dispose();
    }

    private void SendPulse(Func<bool> takePulse)
    {
        if (takePulse())
        {
            TrySend("WATCHDOG=1"u8);
        }
    }

    private void TrySend(ReadOnlySpan<byte> state)
    {
        try
        {
            _socket?.Send(state);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // A missing pulse is a message too, and nothing may keep a server from stopping in order.
        }
    }
}
