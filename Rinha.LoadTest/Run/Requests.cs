using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Run;

/// <summary>The three requests of the bank, by the contest's names for them.</summary>
public enum Operation
{
    /// <summary><c>débito</c>: POST of a debit.</summary>
    Debit,

    /// <summary><c>crédito</c>: POST of a credit.</summary>
    Credit,

    /// <summary><c>extrato</c>: GET of a statement.</summary>
    Statement,
}

/// <summary>A request to make.</summary>
/// <param name="Text">The description as a number, written as ten letters and digits (<see cref="TextCode"/>).</param>
internal readonly record struct RequestPlan(Operation Operation, int ClientId, int AmountCents, long Text)
{
    /// <summary>What the transaction adds to the balance.</summary>
    public int SignedCents => Operation == Operation.Debit ? -AmountCents : AmountCents;
}

/// <summary>How often each operation occurs, as weights.</summary>
public sealed record Mix(int Debits, int Credits, int Statements)
{
    private const int WeightMax = 1_000_000;

    /// <summary>The contest's mix: 220 debits, 110 credits and 10 statements a second.</summary>
    public static readonly Mix Contest = new(22, 11, 1);

    /// <summary>All weights together; at least 1.</summary>
    public int Total => Debits + Credits + Statements;

    /// <summary>Reads <c>D:C:E</c>, or <c>seed</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Mix? mix)
    {
        // "seed" is what the load tester that this one succeeds really sent, whatever it advertised.
        var parts = (text == "seed" ? "32:1:1" : text).Split(':');
        mix = parts.Length == 3
            && TryReadWeight(parts[0], out var debits)
            && TryReadWeight(parts[1], out var credits)
            && TryReadWeight(parts[2], out var statements)
            && debits + credits + statements > 0
                ? new Mix(debits, credits, statements)
                : null;
        return mix is not null;
    }

    /// <summary>The operation that a number from 0 to <see cref="Total"/> - 1 stands for.</summary>
    public Operation Choose(int number)
    {
        if (number < Debits)
        {
            return Operation.Debit;
        }

        return number < Debits + Credits ? Operation.Credit : Operation.Statement;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Debits}:{Credits}:{Statements}");

    private static bool TryReadWeight(string text, out int weight) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out weight) && weight <= WeightMax;
}

/// <summary>
/// An endless sequence of requests, the same for the same seed: operation by the mix, client 1 to 5, amount 1 to 10,000
/// cents and text at random, as in the official simulation.
/// </summary>
/// <param name="distinctTexts">
/// Whether no two requests have the same text, so that each can be found again in the ledger.
/// </param>
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

    public RequestPlan Next() => new(
        mix.Choose(_random.Next(mix.Total)),
        _random.Next(clients) + 1,
        amountCents ?? _random.Next(AmountCentsMax) + 1,
        distinctTexts ? _nextText++ : _random.NextInt64(TextCode.Count));
}

/// <summary>
/// Descriptions of ten letters and digits, as numbers in base 62: different numbers, different texts.
/// </summary>
internal static class TextCode
{
    public const int Length = 10;

    /// <summary>How many texts there are: 62^10.</summary>
    public const long Count = 839_299_365_868_340_224;

    private static ReadOnlySpan<byte> Digits => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Writes a number from 0 to <see cref="Count"/> - 1.</summary>
    public static void Write(long number, Span<byte> text)
    {
        for (var index = Length - 1; index >= 0; index--)
        {
            (number, var digit) = Math.DivRem(number, Digits.Length);
            text[index] = Digits[(int)digit];
        }
    }

    /// <returns><see langword="false"/> if it is not one of these texts.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        foreach (var letter in text)
        {
            var digit = Digits.IndexOf(letter);
            if (digit < 0 || text.Length != Length)
            {
                return false;
            }

            number = (number * Digits.Length) + digit;
        }

        return text.Length == Length;
    }
}

/// <summary>Durations as people write them: <c>500us</c>, <c>10ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c>.</summary>
internal static class DurationText
{
    private static readonly (string Unit, double Seconds)[] s_units =
        [("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>Reads a duration of more than 0 and at most a day.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var (unit, unitSeconds) = s_units.FirstOrDefault(one => text.EndsWith(one.Unit, StringComparison.Ordinal));
        if (unit is not null
            && double.TryParse(
                text.AsSpan(0, text.Length - unit.Length),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number)
            && number * unitSeconds <= 86_400)
        {
            duration = TimeSpan.FromSeconds(number * unitSeconds);
        }

        return duration > TimeSpan.Zero;
    }
}
