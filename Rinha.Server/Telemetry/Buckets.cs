namespace Rinha.Server.Telemetry;

/// <summary>
/// How many values fell under which bound, and their sum. Any thread may record and read; to record is two atomic
/// additions.
/// </summary>
internal sealed class Buckets(BucketBounds bounds)
{
    private readonly long[] _counts = new long[bounds.BucketCount];
    private long _sum;

    /// <summary>The sum of all values.</summary>
    public long Sum => Interlocked.Read(ref _sum);

    /// <summary>Counts a value from 0.</summary>
    public void Record(long value)
    {
        Interlocked.Increment(ref _counts[bounds.IndexOf(value)]);
        Interlocked.Add(ref _sum, value);
    }

    /// <summary>
    /// How many values were at most each bound, and at last how many there were: what is recorded meanwhile is in all
    /// of the numbers from some bound on, or in none.
    /// </summary>
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
