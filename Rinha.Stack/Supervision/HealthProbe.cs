namespace Rinha.Stack.Supervision;

/// <summary>Asks for a page, <c>/health</c> mostly, on a connection for each question.</summary>
public static class HealthProbe
{
    private const int TimeoutMilliseconds = 1000;

    private const string Health = "/health";

    private static readonly byte[] s_ok = "HTTP/1.1 200"u8.ToArray();

    /// <summary>Whether a server on a unix socket is well.</summary>
    public static bool Answers(string socket) =>
        Answers(new UnixDomainSocketEndPoint(socket), ProtocolType.Unspecified, Health);

    /// <summary>Whether what listens on a port of this machine is well.</summary>
    public static bool Answers(int port, string path = Health) =>
        Answers(new IPEndPoint(IPAddress.Loopback, port), ProtocolType.Tcp, path);

    private static bool Answers(EndPoint endPoint, ProtocolType protocol, string path)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        socket.ReceiveTimeout = socket.SendTimeout = TimeoutMilliseconds;
        var answer = new byte[s_ok.Length];
        try
        {
            socket.Connect(endPoint);
            socket.Send(Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            var received = 0;
            while (received < answer.Length)
            {
                var count = socket.Receive(answer, received, answer.Length - received, SocketFlags.None);
                if (count == 0)
                {
                    return false;
                }

                received += count;
            }
        }
        catch (SocketException)
        {
            return false;
        }

        return answer.AsSpan().SequenceEqual(s_ok);
    }
}
