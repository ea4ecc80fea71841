using System.Numerics;

namespace Rinha.Server.Telemetry;

/// <summary>
/// The upper bounds of a histogram's buckets. Each is at least twice the one before, so a value's power of two names
/// its bucket or the one after: to find it takes a table and one comparison, no search.
/// </summary>
internal sealed class BucketBounds
{
    private const int Octaves = 64;

    // Ends with a bound that no value passes: the bucket of everything beyond.
    private readonly long[] _upper;
    private readonly byte[] _firstOfOctave = new byte[Octaves];

    /// <param name="upper">
    /// From 1, ascending, each at least twice the one before; a value equal to one is under it.
    /// </param>
    public BucketBounds(params ReadOnlySpan<long> upper)
    {
        for (var index = 0; index < upper.Length; index++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(upper[index], index == 0 ? 1 : 2 * upper[index - 1]);
        }

        _upper = [.. upper, long.MaxValue];
        for (var octave = 0; octave < Octaves; octave++)
        {
            _firstOfOctave[octave] = (byte)CountBelow(upper, 1UL << octave);
        }
    }

    /// <summary>
    /// 1, 2, 5, 10 … from 5 us to 10 s, in nanoseconds: from a fast request to one that gave up waiting.
    /// </summary>
    public static BucketBounds Durations { get; } = new(
        5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
        1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000, 500_000_000,
        1_000_000_000, 2_000_000_000, 5_000_000_000, 10_000_000_000);

    /// <summary>The bounds, without the one of everything beyond.</summary>
    public ReadOnlySpan<long> Upper => _upper.AsSpan(0, _upper.Length - 1);

    /// <summary>How many buckets there are, the one of everything beyond included.</summary>
    public int BucketCount => _upper.Length;

    /// <summary>The bucket of a value from 0: the first whose bound is not less than it.</summary>
    public int IndexOf(long value)
    {
        var first = _firstOfOctave[BitOperations.Log2((ulong)value | 1)];
        return first + (value > _upper[first] ? 1 : 0);
    }

    private static int CountBelow(ReadOnlySpan<long> bounds, ulong limit)
    {
        var count = 0;
        foreach (var bound in bounds)
        {
            count += (ulong)bound < limit ? 1 : 0;
        }

        return count;
    }
}
