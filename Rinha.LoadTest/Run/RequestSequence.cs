namespace Rinha.LoadTest.Run;

/// <summary>
/// An endless sequence of requests, the same for the same seed: operation by the mix, client 1 to 5, amount 1 to 10,000
/// cents and text at random, as in the official simulation.
/// </summary>
/// <param name="mix">How often each operation occurs.</param>
/// <param name="seed">Which sequence.</param>
/// <param name="distinctTexts">Whether no two requests have the same text, so that each can be found again in the
/// ledger.</param>
/// <param name="clients">How many clients are asked for, from 1.</param>
/// <param name="amountCents">The amount of every transaction, instead of one at random.</param>
internal sealed class RequestSequence(
    Mix mix, int seed, bool distinctTexts = false, int clients = RequestSequence.Clients, int? amountCents = null)
{
    /// <summary>How many clients the bank has.</summary>
    public const int Clients = 5;

    private const int AmountCentsMax = 10_000;

    private readonly Random _random = new(seed);

    // Begins anywhere, so that the texts of two runs on one ledger differ too.
    private long _nextText = Random.Shared.NextInt64(TextCode.Count / 2);

    /// <summary>The next request.</summary>
    public RequestPlan Next() => new(
        mix.Choose(_random.Next(mix.Total)),
        _random.Next(clients) + 1,
        amountCents ?? _random.Next(AmountCentsMax) + 1,
        distinctTexts ? _nextText++ : _random.NextInt64(TextCode.Count));
}
