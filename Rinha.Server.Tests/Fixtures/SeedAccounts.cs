namespace Rinha.Server.Tests.Fixtures;

/// <summary>What every new ledger holds.</summary>
internal static class SeedAccounts
{
    /// <summary>Every account with its limit in cents.</summary>
    public static readonly IReadOnlyDictionary<long, long> LimitsCents = new Dictionary<long, long>
    {
        [1] = 100_000,
        [2] = 80_000,
        [3] = 1_000_000,
        [4] = 10_000_000,
        [5] = 500_000,
    };
}
