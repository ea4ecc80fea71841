using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Run;

/// <summary>The connections of a run that have no request: ready for one, or resting after a failure.</summary>
internal sealed class IdleConnections
{
    // A server that refuses is not asked a million times a second.
    private const long RestNs = 10_000_000;

    private readonly Stack<Connection> _ready = new();
    private readonly Queue<(long DueNs, Connection Connection)> _resting = new();

    /// <summary>Whether one is ready.</summary>
    public bool IsAnyReady => _ready.Count > 0;

    /// <summary>When the next one has rested enough.</summary>
    public long NextDueNs => _resting.TryPeek(out var resting) ? resting.DueNs : long.MaxValue;

    /// <summary>Adds one that is ready.</summary>
    public void Add(Connection connection) => _ready.Push(connection);

    /// <summary>Adds one that has failed just now.</summary>
    public void Rest(Connection connection, long nowNs) => _resting.Enqueue((nowNs + RestNs, connection));

    /// <summary>Takes one that is ready.</summary>
    public Connection Take() => _ready.Pop();

    /// <summary>Makes those ready that have rested enough.</summary>
    public void Wake(long nowNs)
    {
        while (NextDueNs <= nowNs)
        {
            _ready.Push(_resting.Dequeue().Connection);
        }
    }
}
