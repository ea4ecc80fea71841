namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>One way to misuse the bank.</summary>
/// <param name="Name">A few words.</param>
/// <param name="Make">Makes the attack on a bank that runs.</param>
internal sealed record AttackKind(string Name, Func<Bank, IAttack> Make)
{
    /// <summary>
    /// Asked directly while it goes on; <see langword="null"/> when other clients come through nginx only.
    /// </summary>
    public Func<Bank, BankProcess>? Starves { get; init; }

    /// <summary>How slow the p99 may be whatever it was before.</summary>
    public double P99SecondsMax { get; init; }

    /// <summary>Whether it takes all there is for moments: others may be refused then, but nobody may end.</summary>
    public bool Overloads { get; init; }
}
