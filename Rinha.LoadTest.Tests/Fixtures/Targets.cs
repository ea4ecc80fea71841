using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Targets from URLs that are known to be good.</summary>
internal static class Targets
{
    private static readonly ConcurrentBag<Socket> s_held = [];

    public static Target Of(string url)
    {
        Assert.True(Target.TryParse(url, out var target, out var error), error);
        return target;
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static string UnusedUrl()
    {
        // Held for as long as the tests run, and nobody listens.
        var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        s_held.Add(held);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://127.0.0.1:{((IPEndPoint)held.LocalEndPoint!).Port}";
    }
}
