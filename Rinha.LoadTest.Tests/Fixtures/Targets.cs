using System.Net;
using System.Net.Sockets;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Targets from URLs that are known to be good.</summary>
internal static class Targets
{
    public static Target Of(string url)
    {
        Assert.True(Target.TryParse(url, out var target, out var error), error);
        return target;
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static string UnusedUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
