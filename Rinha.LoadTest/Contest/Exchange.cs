using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Contest;

/// <summary>
/// One request of the simulation, from its start to its judgement; kept with its connection and used again.
/// </summary>
internal sealed class Exchange
{
    /// <summary>Judges an answer: <see langword="null"/>, or the first failed check in words.</summary>
    public delegate string? Judge(Exchange exchange, Answer answer);

    /// <summary>The scenario it counts for.</summary>
    public Scenario Scenario { get; set; }

    /// <summary>When it left: before its connection was made.</summary>
    public long StartedAtNs { get; set; }

    /// <summary>What its answer must be.</summary>
    public Judge Check { get; set; } = (_, _) => null;

    /// <summary>The virtual user who goes on after it; <see langword="null"/> for one who ends with it.</summary>
    public ValidationUser? User { get; set; }
}
