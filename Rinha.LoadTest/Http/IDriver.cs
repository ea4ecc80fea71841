namespace Rinha.LoadTest.Http;

/// <summary>What a run does: starts requests when they are due and says when it is over.</summary>
internal interface IDriver
{
    /// <summary>Whether the run is over.</summary>
    bool IsDone { get; }

    /// <summary>Starts what is due.</summary>
    /// <param name="nowNs">The present time.</param>
    /// <returns>When it wants to be called again at the latest, whatever comes over the network before.</returns>
    long OnTick(long nowNs);
}
