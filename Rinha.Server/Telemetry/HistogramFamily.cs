using System.Diagnostics.Metrics;
using System.Numerics;

namespace Rinha.Server.Telemetry;

// A histogram with one series, or one for each value of a label, numbered as the values. unitsPerOne is how many
// recorded units make one published unit: 1e9 for nanoseconds published in seconds. Any thread may record and read;
// recording allocates nothing. The instrument gets single values only while a listener has enabled it.
internal sealed class HistogramFamily(
    string name, string help, BucketBounds bounds, double unitsPerOne, string? label = null, params string[] values)
{
    private readonly Buckets[] _series =
        [.. Enumerable.Range(0, Math.Max(1, values.Length)).Select(_ => new Buckets(bounds))];

    private Histogram<double>? _instrument;

    public string Name => name;

    public string Help => help;

    // The upper bounds in the published unit, without +Inf.
    public IReadOnlyList<double> Bounds { get; } = [.. bounds.Upper.ToArray().Select(bound => bound / unitsPerOne)];

    // A histogram of durations in nanoseconds, published in seconds.
    public static HistogramFamily OfDurations(string name, string help, string? label = null, params string[] values) =>
        new(name, help, BucketBounds.Durations, Clock.NsPerSecond, label, values);

    // Counts a value, 0 or more, in the series of this number.
    public void Record(long value, int series = 0)
    {
        _series[series].Record(value);
        if (_instrument is { Enabled: true } instrument)
        {
            var published = value / unitsPerOne;
            if (label is null)
            {
                instrument.Record(published);
            }
            else
            {
                instrument.Record(published, new KeyValuePair<string, object?>(label, values[series]));
            }
        }
    }

    public void Publish(Meter meter) => _instrument = meter.CreateHistogram<double>(name, unit: null, help);

    // For each series: its labels, its cumulative count for each bound, and its sum.
    public IEnumerable<((string Name, string Value)[] Labels, long[] Counts, double Sum)> Series()
    {
        for (var index = 0; index < _series.Length; index++)
        {
            var sum = _series[index].Sum / unitsPerOne;
            yield return (label is null ? [] : [(label, values[index])], _series[index].Cumulate(), sum);
        }
    }
}

// The counts of one series and their sum. Any thread may record and read; recording is two atomic additions.
internal sealed class Buckets(BucketBounds bounds)
{
    private readonly long[] _counts = new long[bounds.BucketCount];
    private long _sum;

    public long Sum => Interlocked.Read(ref _sum);

    public void Record(long value)
    {
        Interlocked.Increment(ref _counts[bounds.IndexOf(value)]);
        Interlocked.Add(ref _sum, value);
    }

    // The cumulative count for each bound; the last one counts every value. Monotonic even while others record: a
    // concurrent value is either missing or in every count from its bound on.
    public long[] Cumulate()
    {
        var counts = new long[_counts.Length];
        long total = 0;
        for (var index = 0; index < counts.Length; index++)
        {
            total += Interlocked.Read(ref _counts[index]);
            counts[index] = total;
        }

        return counts;
    }
}

// The upper bounds of a histogram's buckets. Each is at least twice the previous one, so a value's highest bit names
// its bucket or the previous one: one table look-up and one comparison, no search. Immutable.
internal sealed class BucketBounds
{
    private const int Octaves = 64;

    // The last bound is long.MaxValue, which stands for +Inf.
    private readonly long[] _upper;
    private readonly byte[] _firstOfOctave = new byte[Octaves];

    // The bounds are inclusive, at least 1, and each at least twice the previous one.
    public BucketBounds(params long[] upper)
    {
        for (var index = 0; index < upper.Length; index++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(upper[index], index == 0 ? 1 : 2 * upper[index - 1]);
        }

        _upper = [.. upper, long.MaxValue];
        for (var octave = 0; octave < Octaves; octave++)
        {
            _firstOfOctave[octave] = (byte)upper.Count(bound => (ulong)bound < 1UL << octave);
        }
    }

    // 1, 2, 5, 10 … from 5 µs to 10 s, in nanoseconds: from a fast request to one that timed out.
    public static BucketBounds Durations { get; } = new(
        5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
        1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000, 200_000_000, 500_000_000,
        1_000_000_000, 2_000_000_000, 5_000_000_000, 10_000_000_000);

    // The bounds without +Inf.
    public ReadOnlySpan<long> Upper => _upper.AsSpan(0, _upper.Length - 1);

    // Includes +Inf.
    public int BucketCount => _upper.Length;

    // The first bucket whose bound is at least the value, which is 0 or more.
    public int IndexOf(long value)
    {
        var first = _firstOfOctave[BitOperations.Log2((ulong)value | 1)];
        return first + (value > _upper[first] ? 1 : 0);
    }
}
