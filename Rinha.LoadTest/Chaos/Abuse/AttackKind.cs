namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>One way to misuse the bank.</summary>
/// <param name="Name">A few words.</param>
/// <param name="Make">Makes the attack on a bank that runs.</param>
internal sealed record AttackKind(string Name, Func<Bank, IAttack> Make)
{
    /// <summary>How long it goes on in the short campaign.</summary>
    public double ShortSeconds { get; init; } = 2;

    /// <summary>Whether it takes all there is for moments: others may be refused then, but nobody may end.</summary>
    public bool Overloads { get; init; }
}
