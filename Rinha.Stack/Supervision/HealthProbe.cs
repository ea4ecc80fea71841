namespace Rinha.Stack.Supervision;

/// <summary>Checks that a GET, of <c>/health</c> by default, gets 200. Opens a connection for each check.</summary>
public static class HealthProbe
{
    private const int TimeoutMilliseconds = 1000;
    private const string Health = "/health";

    private static readonly byte[] s_ok = "HTTP/1.1 200"u8.ToArray();

    public static bool Answers(string socket) => Answers(new UnixDomainSocketEndPoint(socket), Health);

    public static bool Answers(int port, string path = Health) =>
        Answers(new IPEndPoint(IPAddress.Loopback, port), path);

    private static bool Answers(EndPoint endPoint, string path)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = socket.SendTimeout = TimeoutMilliseconds;
        var answer = new byte[s_ok.Length];
        try
        {
            socket.Connect(endPoint);
            using var stream = new NetworkStream(socket);
            stream.Write(Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            stream.ReadAtLeast(answer, answer.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }

        return answer.AsSpan().SequenceEqual(s_ok);
    }
}
