namespace Rinha.Server.Tests.Fixtures;

/// <summary>What the ledger made of a post; balance and limit are 0 unless it was accepted.</summary>
public readonly record struct PostOutcome(PostResult Result, long BalanceCents, long LimitCents);
