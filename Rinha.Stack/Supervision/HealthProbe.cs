namespace Rinha.Stack.Supervision;

/// <summary>Asks a server how it is, or for its metrics. Opens a connection for each request.</summary>
public static partial class HealthProbe
{
    public const string Healthy = "healthy";
    public const string NoAnswer = "no answer";

    private const int TimeoutMilliseconds = 1000;
    private const string Health = "/health";

    /// <summary>Whether a GET gets 200.</summary>
    public static bool Answers(int port, string path = Health) =>
        IsOk(Get(new IPEndPoint(IPAddress.Loopback, port), path));

    /// <summary>Healthy, no answer, or the code (docs/operations/health.md) that an unhealthy server answers.</summary>
    public static string HealthOf(string socket)
    {
        var answer = Get(new UnixDomainSocketEndPoint(socket), Health);
        return IsOk(answer) ? Healthy
            : string.IsNullOrEmpty(answer) ? NoAnswer
            : Code().Match(answer) is { Success: true } code ? code.Value
            : answer.Split('\r')[0];
    }

    /// <summary>
    /// What a server reports with its metrics: its version, and the host of its PostgreSQL; <see langword="null"/>
    /// without an answer.
    /// </summary>
    public static (string? Version, string? DatabaseHost) BuildAndHostOf(string socket)
    {
        var metrics = Get(new UnixDomainSocketEndPoint(socket), "/metrics") ?? "";
        var build = Version().Match(metrics);
        return (
            !build.Success ? null
            : build.Groups["commit"].Length == 0 ? build.Groups["version"].Value
            : $"{build.Groups["version"]}+{build.Groups["commit"]}",
            DatabaseHost().Match(metrics) is { Success: true } host ? host.Value : null);
    }

    private static bool IsOk(string? answer) => answer?.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) == true;

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

    [GeneratedRegex("(?<=\"code\":\")[a-z-]+")]
    private static partial Regex Code();

    [GeneratedRegex("rinha_build_info{version=\"(?<version>[^\"]*)\",commit=\"(?<commit>[^\"]*)\"}")]
    private static partial Regex Version();

    [GeneratedRegex("(?<=rinha_ledger_host_info{host=\")[^\"]*")]
    private static partial Regex DatabaseHost();
}
