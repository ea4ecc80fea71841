namespace Rinha.Server.Net;

/// <summary>Where the server listens: a TCP port, or a unix socket with its file mode.</summary>
public sealed record ListenAddress(EndPoint EndPoint, UnixFileMode SocketMode)
{
    private const int SocketPathBytesMax = 107; // sun_path of unix(7), less its final NUL.

    public override string ToString() => EndPoint is IPEndPoint tcp ? $"http://{tcp}" : $"unix:{EndPoint}";

    internal static string? ParseHost(string text, out IPAddress value)
    {
        value = IPAddress.Loopback;
        // TryParse alone takes 1.2 for 1.0.0.2, and a port after an address in brackets.
        return text == "localhost" || (IPAddress.TryParse(text, out value!)
            && (value.AddressFamily == AddressFamily.InterNetwork ? $"{value}" == text : !text.Contains('[')))
            ? null
            : $"must be an IP address or localhost, not '{text}'";
    }

    internal static string? ParsePort(string text, out ushort value) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0
            ? null
            : $"must be a port from 1 to 65535, not '{text}'";

    internal static string? ParsePath(string text, out string value)
    {
        value = text.Length == 0 ? "" : Path.GetFullPath(text);
        return value.Length > 0 && Encoding.UTF8.GetByteCount(value) <= SocketPathBytesMax
            ? null
            : $"must be a path of 1 to {SocketPathBytesMax} bytes, not '{text}'";
    }

    internal static string? ParseMode(string text, out UnixFileMode value)
    {
        var isOctal = text.Length is >= 1 and <= 4 && text.All(digit => digit is >= '0' and <= '7');
        var mode = isOctal ? Convert.ToInt32(text, 8) : 0;
        value = (UnixFileMode)mode;
        return isOctal && mode <= 0x1FF ? null : $"must be octal digits up to 777, not '{text}'";
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

        // For TCP only, .NET sets SO_REUSEADDR, so that a restarted server can bind at once.
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

        // The probe must not wait for a frozen server (SIGSTOP) whose queue is full: that server is alive.
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
