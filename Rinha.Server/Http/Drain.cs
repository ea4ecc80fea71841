namespace Rinha.Server.Http;

// Stops the server without losing a request. Closing an idle connection could lose a request that a load balancer is
// just sending over it; so each connection ends with the answer to its next request, which says so (Connection: close,
// RFC 9112 §9.6). Only those that stay silent are closed.
internal sealed class Drain
{
    private volatile bool _isAnnounced;
    private volatile bool _hasBegun;
    private int _answers;

    public bool IsAnnounced => _isAnnounced;

    public bool HasBegun => _hasBegun;

    // From now on /health says that the server is stopping; everything else goes on.
    public void Announce() => _isAnnounced = true;

    // From now on answers end their connections.
    public void Begin()
    {
        _isAnnounced = true;
        _hasBegun = true;
    }

    public void CountAnswer() => Interlocked.Increment(ref _answers);

    // Waits until no connection is left or nothing has happened for Limits.DrainQuietMs, at most Limits.DrainTimeoutMs
    // in all. The server must have stopped accepting.
    public void AwaitEnd(Func<int> openConnections)
    {
        var whole = Stopwatch.StartNew();
        var quiet = Stopwatch.StartNew();
        var seen = (Answers: Volatile.Read(ref _answers), Connections: openConnections());
        while (seen.Connections > 0
            && quiet.ElapsedMilliseconds < Limits.DrainQuietMs
            && whole.ElapsedMilliseconds < Limits.DrainTimeoutMs)
        {
            Thread.Sleep(Limits.DrainPollMs);
            var now = (Volatile.Read(ref _answers), openConnections());
            if (now != seen)
            {
                seen = now;
                quiet.Restart();
            }
        }
    }
}
