using System.Net.Sockets;

namespace Rinha.Server.Http;

/// <summary>Binds the listening socket; a unix socket has its final mode before anyone can connect.</summary>
internal static class ListenSocket
{
    /// <summary>Binds, but does not listen yet.</summary>
    /// <exception cref="SocketException">The address is taken or not allowed.</exception>
    public static Socket Bind(ListenAddress address)
    {
        if (address.EndPoint is not UnixDomainSocketEndPoint unix)
        {
            var tcp = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(address.EndPoint);
            return tcp;
        }

        var path = unix.ToString();
        RemoveStale(unix, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(unix);
        File.SetUnixFileMode(path, address.SocketMode);
        return socket;
    }

    // A server that was killed leaves its socket's file behind; nobody answers there any more.
    private static void RemoveStale(UnixDomainSocketEndPoint address, string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }
}
