using System.Reflection;

namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>
/// All cases of a seed, each to be made from its number alone: first the kept ones, then requests of the grammar, and
/// damaged ones of both.
/// </summary>
internal sealed class FuzzCases
{
    private readonly int _seed;
    private readonly List<byte[]> _kept = [];

    public FuzzCases(int seed)
    {
        _seed = seed;
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".http", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            _kept.Add(bytes);
        }
    }

    /// <summary>Makes a case.</summary>
    public FuzzCase Make(long number)
    {
        if (number < _kept.Count)
        {
            return new FuzzCase(number, _kept[(int)number], FuzzOutcome.Anything);
        }

        var random = new Random(HashOf(number));
        var made = RequestGrammar.Next(random, number);
        if (random.Next(10) >= 4)
        {
            return made;
        }

        var bytes = random.Next(4) == 0 ? _kept[random.Next(_kept.Count)] : made.Bytes;
        var other = random.Next(2) == 0 ? RequestGrammar.Next(random, number).Bytes : _kept[random.Next(_kept.Count)];
        return new FuzzCase(number, Mutations.Mutate(random, bytes, other), FuzzOutcome.Anything);
    }

    // Not HashCode, which is another one in every process (SplitMix64's step).
    private int HashOf(long number)
    {
        var value = (ulong)((number << 32) ^ (number >> 32) ^ _seed) * 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return (int)(value >> 33);
    }
}
