namespace Rinha.Testing;

/// <summary>
/// TCP ports on 127.0.0.1 that nobody listens on. Not those that the system gives away by itself, which another program
/// may get before the test does; and none twice soon.
/// </summary>
public static class FreePort
{
    private const int First = 30_000;
    private const int Count = 1_000;

    private static int s_next = Random.Shared.Next(Count);

    public static IPEndPoint Next()
    {
        int port;
        do
        {
            port = First + (Interlocked.Increment(ref s_next) % Count);
        }
        while (ProcessTable.IsListening(port));

        return new IPEndPoint(IPAddress.Loopback, port);
    }
}
