namespace Rinha.Server.Net;

/// <summary>Binds the listening socket; a unix socket has its final mode before anyone can connect.</summary>
internal static unsafe partial class ListenSocket
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeOnly = 0x1; // STATX_TYPE
    private const int StatBytes = 256;
    private const int StatModeOffset = 28;
    private const int TypeMask = 0xF000; // S_IFMT
    private const int TypeSocket = 0xC000; // S_IFSOCK

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
        if (!IsSocket(path))
        {
            return; // Nothing, or something else's file: binding says so.
        }

        // It must not wait for a server that stands still and whose queue is full: that one is alive.
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
