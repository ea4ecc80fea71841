namespace Rinha.Testing;

/// <summary>
/// Unused TCP ports on 127.0.0.1, outside the ephemeral range, where another program could take one before the test
/// does. A port repeats only after 1,000 calls.
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
