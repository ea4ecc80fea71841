using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Rinha.Server.Ledger;

namespace Rinha.Server.Net;

// Kestrel's connections from an event loop of our own: one thread, one receive and one send per request.
[SuppressMessage("Design", "CA1001", Justification = "Kestrel disposes of the listener, and that of the loop.")]
internal sealed class SocketTransport(ListenAddress address, IWriteRound? round, ILogger logger)
    : IConnectionListenerFactory
{
    private EventLoop? _loop;
    private SocketListener? _listener;

    // Open connections, including those that Kestrel has not taken yet.
    public int OpenConnections => _loop?.ConnectionCount ?? 0;

    // Takes no new connections from now on. A client that has connected to a unix socket is served, one that connects
    // now is refused: no request is lost in between.
    public void StopAccepting()
    {
        if (address.EndPoint is UnixDomainSocketEndPoint unix)
        {
            File.Delete(unix.ToString());
        }

        _listener?.AcceptLast();
    }

    // Kestrel calls this when the server starts: here the loop's thread begins.
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        _loop = new EventLoop(round, logger);
        _listener = new SocketListener(ListenSocket.Bind(address), endpoint, _loop, logger);
        _loop.Start(_listener);
        return new ValueTask<IConnectionListener>(_listener);
    }
}

// Binds the listening socket; a unix socket has its final mode before anyone can connect.
internal static unsafe partial class ListenSocket
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeOnly = 0x1; // STATX_TYPE
    private const int StatBytes = 256;
    private const int StatModeOffset = 28;
    private const int TypeMask = 0xF000; // S_IFMT
    private const int TypeSocket = 0xC000; // S_IFSOCK

    // Binds, but does not listen yet. SocketException: the address is taken or not allowed.
    public static Socket Bind(ListenAddress address)
    {
        var path = (address.EndPoint as UnixDomainSocketEndPoint)?.ToString();
        if (path is not null)
        {
            RemoveStale(address.EndPoint, path);
        }

        // .NET sets SO_REUSEADDR, so that the address can be taken again at once, for TCP only.
        var protocol = path is null ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, protocol);
        socket.Bind(address.EndPoint);
        if (path is not null)
        {
            File.SetUnixFileMode(path, address.SocketMode);
        }

        return socket;
    }

    // A server that was killed leaves its socket's file behind.
    private static void RemoveStale(EndPoint address, string path)
    {
        if (!IsSocket(path))
        {
            return; // Nothing to remove; if another kind of file is there, binding fails.
        }

        // The probe must not wait for a stopped server whose queue is full: that server is alive.
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            Blocking = false,
        };
        try
        {
            probe.Connect(address);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.WouldBlock)
        {
        }

        throw new SocketException((int)SocketError.AddressAlreadyInUse, $"{path}: a server listens there already");
    }

    private static bool IsSocket(string path)
    {
        var stat = stackalloc byte[StatBytes];
        return Statx(CurrentDirectory, path, NoFollow, TypeOnly, stat) == 0
            && (*(ushort*)(stat + StatModeOffset) & TypeMask) == TypeSocket;
    }

    // struct statx is the same on every architecture, unlike struct stat (statx(2)).
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* stat);
}
