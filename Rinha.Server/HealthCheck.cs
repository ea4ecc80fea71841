using System.Net.Sockets;
using Rinha.Server.Http;

namespace Rinha.Server;

/// <summary>Asks a running instance how it is, as a container's health check.</summary>
internal static class HealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    /// <summary>Whether <c>GET /health</c> at the address answers 200 in time.</summary>
    /// <param name="address">Where the instance listens.</param>
    /// <param name="failure">What went wrong, when it does not.</param>
    public static bool Ask(ListenAddress address, out string failure)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var isUnix = address.EndPoint is UnixDomainSocketEndPoint;
                var socket = new Socket(
                    address.EndPoint.AddressFamily,
                    SocketType.Stream,
                    isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
                await socket.ConnectAsync(address.EndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { Timeout = s_timeout };
        try
        {
            using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, "http://localhost/health"));
            failure = $"{address} answered {(int)response.StatusCode}";
            return response.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            failure = $"{address} does not answer: {error.Message}";
            return false;
        }
    }
}
