using Rinha.Server.Net;
using Rinha.Server.Telemetry;

namespace Rinha.Server;

// The probe behind --healthcheck: GET /health of a running instance, each time over a new connection. The container
// engine reads the exit code.
internal static class HealthCheck
{
    // PID 1 is as old as the container, or the machine.
    private const string FirstProcess = "1";

    // Whether GET /health answers 200 in time. Each check that an engine starts costs the container about 30 ms of CPU,
    // as much as a thousand requests. After the startup the check therefore sleeps for holdSeconds and probes again, so
    // that the engine starts fewer of them.
    public static bool Run(ListenAddress address, int holdSeconds, out string failure)
    {
        if (!Probe(address, out failure))
        {
            return false;
        }

        if (holdSeconds == 0 || !IsPastStartup(ProcessStat.AgeMs(FirstProcess)))
        {
            return true;
        }

        Thread.Sleep(TimeSpan.FromSeconds(holdSeconds));
        return Probe(address, out failure);
    }

    // A negative age means a broken clock. Hold then too: back-to-back checks would take the server's CPU.
    public static bool IsPastStartup(long ageMs) => ageMs is < 0 or >= Limits.HealthCheckSettledMs;

    private static bool Probe(ListenAddress address, out string failure)
    {
        try
        {
            var status = ReadStatus(address);
            failure = $"{address} answered {status}";
            return status == "200";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            failure = $"{address} does not answer: {error.Message}";
            return false;
        }
    }

    private static string ReadStatus(ListenAddress address)
    {
        using var socket = new Socket(address.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
        {
            SendTimeout = Limits.HealthCheckTimeoutMs,
            ReceiveTimeout = Limits.HealthCheckTimeoutMs,
        };
        socket.Connect(address.EndPoint);
        socket.Send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8);

        Span<byte> line = stackalloc byte["HTTP/1.1 200".Length];
        using var answer = new NetworkStream(socket);
        return answer.ReadAtLeast(line, line.Length, throwOnEndOfStream: false) == line.Length
            ? Encoding.ASCII.GetString(line[^3..])
            : "nothing";
    }
}
