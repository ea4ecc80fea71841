namespace Rinha.Server.Net;

/// <summary>Where the server listens: a TCP port, or a unix socket with its file mode.</summary>
public sealed record ListenAddress(EndPoint EndPoint, UnixFileMode SocketMode)
{
    private const int SocketPathBytesMax = 107; // sun_path of unix(7), less its final NUL.

    public override string ToString() => EndPoint is IPEndPoint tcp ? $"http://{tcp}" : $"unix:{EndPoint}";

    internal static string? ParseHost(string text, out IPAddress value)
    {
        value = IPAddress.Loopback;
        return text == "localhost" || IPAddress.TryParse(text, out value!)
            ? null
            : $"an IP address or localhost, not '{text}'";
    }

    internal static string? ParsePort(string text, out ushort value) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0
            ? null
            : $"a port from 1 to 65535, not '{text}'";

    internal static string? ParsePath(string text, out string value)
    {
        value = text.Length == 0 ? "" : Path.GetFullPath(text);
        return value.Length > 0 && Encoding.UTF8.GetByteCount(value) <= SocketPathBytesMax
            ? null
            : $"a path of 1 to {SocketPathBytesMax} bytes, not '{text}'";
    }

    internal static string? ParseMode(string text, out UnixFileMode value)
    {
        var isOctal = text.Length is >= 1 and <= 4 && text.All(digit => digit is >= '0' and <= '7');
        var mode = isOctal ? Convert.ToInt32(text, 8) : 0;
        value = (UnixFileMode)mode;
        return isOctal && mode <= 0x1FF ? null : $"octal digits up to 777, not '{text}'";
    }
}
