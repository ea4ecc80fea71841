using Rinha.Server.Net;
using Rinha.Server.Telemetry;

namespace Rinha.Server;

// Asks a running instance how it is, as a container's health check.
internal static class HealthCheck
{
    // The first process of the container, or of the machine.
    private const string FirstProcess = "1";

    // Whether GET /health answers 200 in time. In a container that has settled it waits and asks again: an engine
    // starts a process for each check, which costs the container some 30 ms of its CPU, as much as a thousand requests;
    // so it has one to start once in holdSeconds, and not all the time.
    public static bool Watch(ListenAddress address, int holdSeconds, out string failure)
    {
        if (!Ask(address, out failure))
        {
            return false;
        }

        if (holdSeconds == 0 || !IsSettled(ProcessStat.AgeMs(FirstProcess)))
        {
            return true;
        }

        Thread.Sleep(TimeSpan.FromSeconds(holdSeconds));
        return Ask(address, out failure);
    }

    // Whether a container whose first process has this age has settled. An age below 0 comes from a clock that cannot
    // be trusted: then checks hold, since an engine that starts one after the other takes the CPU from the server.
    public static bool IsSettled(long ageMs) => ageMs is < 0 or >= Limits.HealthCheckSettledMs;

    private static bool Ask(ListenAddress address, out string failure)
    {
        try
        {
            var status = AskForStatus(address);
            failure = $"{address} answered {status}";
            return status == "200";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            failure = $"{address} does not answer: {error.Message}";
            return false;
        }
    }

    private static string AskForStatus(ListenAddress address)
    {
        using var socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
        {
            SendTimeout = Limits.HealthCheckTimeoutMs,
            ReceiveTimeout = Limits.HealthCheckTimeoutMs,
        };
        socket.Connect(address.EndPoint);
        socket.Send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8);

        // The status line begins "HTTP/1.1 200"; more is not needed.
        Span<byte> line = stackalloc byte["HTTP/1.1 200".Length];
        using var answer = new NetworkStream(socket);
        return answer.ReadAtLeast(line, line.Length, throwOnEndOfStream: false) == line.Length
            ? Encoding.ASCII.GetString(line[^3..])
            : "nothing";
    }
}
