using System.Net;
using System.Net.Sockets;

namespace Rinha.Testing;

/// <summary>TCP ports on 127.0.0.1 that nobody listens on.</summary>
public static class FreePort
{
    public static IPEndPoint Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
