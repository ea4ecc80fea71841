using System.Diagnostics.CodeAnalysis;

namespace Rinha.LoadTest.Run;

/// <summary>How often each operation occurs, as weights.</summary>
/// <param name="Debits">Weight of debits.</param>
/// <param name="Credits">Weight of credits.</param>
/// <param name="Statements">Weight of statements.</param>
public sealed record Mix(int Debits, int Credits, int Statements)
{
    private const int WeightMax = 1_000_000;

    /// <summary>The contest's mix: 220 debits, 110 credits and 10 statements a second.</summary>
    public static readonly Mix Contest = new(22, 11, 1);

    /// <summary>What the load tester that this one succeeds really sent, whatever it advertised.</summary>
    public static readonly Mix Seed = new(32, 1, 1);

    /// <summary>All weights together; at least 1.</summary>
    public int Total => Debits + Credits + Statements;

    /// <summary>Reads <c>D:C:E</c>, or <c>seed</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Mix? mix)
    {
        mix = text == "seed" ? Seed : null;
        var parts = text.Split(':');
        if (mix is null && parts.Length == 3
            && TryReadWeight(parts[0], out var debits)
            && TryReadWeight(parts[1], out var credits)
            && TryReadWeight(parts[2], out var statements)
            && debits + credits + statements > 0)
        {
            mix = new Mix(debits, credits, statements);
        }

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

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Debits}:{Credits}:{Statements}");

    private static bool TryReadWeight(string text, out int weight) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out weight) && weight <= WeightMax;
}
