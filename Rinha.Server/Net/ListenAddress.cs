namespace Rinha.Server.Net;

/// <summary>Where the server listens: a TCP port, or a unix socket with its file mode.</summary>
/// <param name="EndPoint">The address.</param>
/// <param name="SocketMode">The mode of the unix socket's file; connecting needs write permission.</param>
public sealed record ListenAddress(EndPoint EndPoint, UnixFileMode SocketMode)
{
    /// <inheritdoc/>
    public override string ToString() => EndPoint is IPEndPoint tcp ? $"http://{tcp}" : $"unix:{EndPoint}";
}
