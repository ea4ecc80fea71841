namespace Rinha.Server.Http;

/// <summary>
/// Stops the server without losing a request. Closing an idle connection would meet the request that a load balancer is
/// just sending over it; so each connection ends with the answer to its next request, which says so
/// (<c>Connection: close</c>, RFC 9112 §9.6). Only those over which nothing comes any more are closed.
/// </summary>
internal sealed class Drain
{
    private const int LookMs = 5;

    private volatile bool _isAnnounced;
    private volatile bool _hasBegun;
    private int _answers;

    /// <summary>Whether the server will stop soon, as <c>/health</c> says.</summary>
    public bool IsAnnounced => _isAnnounced;

    /// <summary>Whether answers are to end their connections.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>From now on <c>/health</c> says that the server stops; all else goes on.</summary>
    public void Announce() => _isAnnounced = true;

    /// <summary>From now on answers end their connections.</summary>
    public void Begin()
    {
        _isAnnounced = true;
        _hasBegun = true;
    }

    /// <summary>One more answer has ended its connection.</summary>
    public void CountAnswer() => Interlocked.Increment(ref _answers);

    /// <summary>
    /// Waits until no connection is left or nothing has happened for <see cref="Limits.DrainQuietMs"/>, at most
    /// <see cref="Limits.DrainTimeoutMs"/> in all.
    /// </summary>
    /// <param name="openConnections">How many there are; no more are accepted.</param>
    public void AwaitEnd(Func<int> openConnections)
    {
        var whole = Stopwatch.StartNew();
        var quiet = Stopwatch.StartNew();
        var seen = (Volatile.Read(ref _answers), openConnections());
        while (seen.Item2 > 0
            && quiet.ElapsedMilliseconds < Limits.DrainQuietMs
            && whole.ElapsedMilliseconds < Limits.DrainTimeoutMs)
        {
            Thread.Sleep(LookMs);
            var now = (Volatile.Read(ref _answers), openConnections());
            if (now != seen)
            {
                seen = now;
                quiet.Restart();
            }
        }
    }
}
