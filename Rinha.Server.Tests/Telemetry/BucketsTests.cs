using FsCheck.Xunit;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

public sealed class BucketsTests
{
    [Fact]
    public void A_value_falls_under_the_first_bound_at_least_as_large()
    {
        var bounds = new BucketBounds(1, 2, 5, 1000);

        Assert.Equal(
            [0, 0, 1, 2, 2, 2, 3, 3, 3, 4, 4],
            new long[] { 0, 1, 2, 3, 4, 5, 6, 999, 1000, 1001, long.MaxValue }.Select(bounds.IndexOf));
        Assert.All(
            BucketBounds.Durations.Upper.ToArray().SelectMany(bound => new[] { bound - 1, bound, bound + 1 }),
            AssertFound);
    }

    [Property]
    public void Any_value_is_found_where_a_linear_search_finds_it(long value) => AssertFound(value & long.MaxValue);

    [Fact]
    public void Bounds_closer_than_a_factor_of_two_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BucketBounds(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BucketBounds(0, 3));
    }

    [Fact]
    public void Counts_are_cumulative_and_lose_nothing_between_threads()
    {
        var buckets = new Buckets(new BucketBounds(1, 10, 100));
        ParallelThreads.Run(4, _ =>
        {
            for (var round = 0; round < 100_000; round++)
            {
                buckets.Record((round % 2) * 11);
            }
        });

        Assert.Equal([200_000, 200_000, 400_000, 400_000], buckets.Cumulate());
        Assert.Equal(11 * 200_000, buckets.Sum);
    }

    private static void AssertFound(long value)
    {
        var bounds = BucketBounds.Durations;
        var index = 0;
        while (index < bounds.Upper.Length && value > bounds.Upper[index])
        {
            index++;
        }

        Assert.Equal(index, bounds.IndexOf(value));
    }
}
