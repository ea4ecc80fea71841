namespace Rinha.Bench;

/// <summary>What a benchmark says of its answers before it is timed: a wrong one is not worth measuring.</summary>
internal static class Expect
{
    /// <summary>Fails the setup, and with it the benchmark, unless the condition holds.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static void That(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"not so: {what}");
        }
    }

    /// <summary>Fails the setup unless both are the same bytes.</summary>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    public static void SameText(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (!expected.SequenceEqual(actual))
        {
            throw new InvalidOperationException($"expected {Show(expected)} but was {Show(actual)}");
        }
    }

    private static string Show(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
