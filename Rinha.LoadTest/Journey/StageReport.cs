namespace Rinha.LoadTest.Journey;

/// <summary>One stage of a journey.</summary>
/// <param name="Name">Such as <c>nginx-postgres</c>.</param>
/// <param name="Components">Its processes, over the whole run.</param>
/// <param name="Turns">Every turn, in the order in which they were made.</param>
public sealed record StageReport(
    string Name, IReadOnlyList<ComponentReport> Components, IReadOnlyList<TurnReport> Turns)
{
    /// <summary>What the turns come to, by the name of their load.</summary>
    public IReadOnlyDictionary<string, LoadMedians> Medians { get; } =
        Turns.GroupBy(turn => turn.Load).ToDictionary(turns => turns.Key, turns => LoadMedians.Of([.. turns]));

    /// <summary>What the turns of one load come to, if there are any.</summary>
    /// <param name="load">The load's name.</param>
    public LoadMedians? Under(string load) => Medians.GetValueOrDefault(load);
}
