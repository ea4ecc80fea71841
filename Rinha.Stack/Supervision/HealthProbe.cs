namespace Rinha.Stack.Supervision;

/// <summary>Checks that a GET, of <c>/health</c> by default, gets 200. Opens a connection for each request.</summary>
public static partial class HealthProbe
{
    private const int TimeoutMilliseconds = 1000;
    private const string Health = "/health";

    public static bool Answers(string socket) => Answers(new UnixDomainSocketEndPoint(socket), Health);

    public static bool Answers(int port, string path = Health) =>
        Answers(new IPEndPoint(IPAddress.Loopback, port), path);

    /// <summary>The version that a server reports with its metrics; <see langword="null"/> without an answer.</summary>
    public static string? VersionOf(string socket)
    {
        var build = Version().Match(Get(new UnixDomainSocketEndPoint(socket), "/metrics") ?? "");
        return !build.Success ? null
            : build.Groups["commit"].Length == 0 ? build.Groups["version"].Value
            : $"{build.Groups["version"]}+{build.Groups["commit"]}";
    }

    private static bool Answers(EndPoint endPoint, string path) =>
        Get(endPoint, path)?.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) == true;

    // The whole response, or null when the connection fails.
    private static string? Get(EndPoint endPoint, string path)
    {
        using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = socket.SendTimeout = TimeoutMilliseconds;
        try
        {
            socket.Connect(endPoint);
            using var stream = new NetworkStream(socket);
            stream.Write(Encoding.ASCII.GetBytes(
                $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            return new StreamReader(stream).ReadToEnd();
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return null;
        }
    }

    [GeneratedRegex("rinha_build_info{version=\"(?<version>[^\"]*)\",commit=\"(?<commit>[^\"]*)\"}")]
    private static partial Regex Version();
}
