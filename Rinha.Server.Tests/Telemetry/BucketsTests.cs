using FsCheck.Xunit;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Telemetry;

public sealed class BucketsTests
{
    [Fact]
    public void A_value_is_under_the_first_bound_that_is_not_less()
    {
        var bounds = new BucketBounds(1, 2, 5, 1000);

        Assert.Equal(
            [0, 0, 1, 2, 2, 2, 3, 3, 3, 4, 4],
            new long[] { 0, 1, 2, 3, 4, 5, 6, 999, 1000, 1001, long.MaxValue }.Select(bounds.IndexOf));
        Assert.Equal(5, bounds.BucketCount);
    }

    [Fact]
    public void At_every_bound_of_durations_and_beside_it_the_bucket_is_the_right_one()
    {
        var bounds = BucketBounds.Durations;
        foreach (var bound in bounds.Upper)
        {
            Assert.All(
                [bound - 1, bound, bound + 1],
                value => Assert.Equal(Search(bounds, value), bounds.IndexOf(value)));
        }
    }

    [Property]
    public bool Any_value_is_found_where_a_search_finds_it(long value) =>
        BucketBounds.Durations.IndexOf(value & long.MaxValue) == Search(BucketBounds.Durations, value & long.MaxValue);

    [Fact]
    public void Bounds_closer_than_twice_each_other_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BucketBounds(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BucketBounds(0, 3));
    }

    [Fact]
    public void Counts_are_cumulated_and_end_with_all()
    {
        var buckets = new Buckets(new BucketBounds(1, 10, 100));
        foreach (var value in new[] { 1, 5, 10, 11, 1000 })
        {
            buckets.Record(value);
        }

        Assert.Equal([1, 3, 4, 5], buckets.Cumulate());
        Assert.Equal(1027, buckets.Sum);
    }

    [Fact]
    public void Nothing_is_lost_between_threads()
    {
        var buckets = new Buckets(new BucketBounds(1, 10, 100));
        Together.Run(4, _ =>
        {
            for (var round = 0; round < 100_000; round++)
            {
                buckets.Record(round % 2);
            }
        });

        Assert.Equal([400_000, 400_000, 400_000, 400_000], buckets.Cumulate());
        Assert.Equal(200_000, buckets.Sum);
    }

    [Fact]
    public void The_clock_counts_nanoseconds() =>
        Assert.Equal(Clock.NsPerSecond, System.Diagnostics.Stopwatch.Frequency);

    private static int Search(BucketBounds bounds, long value)
    {
        var index = 0;
        while (index < bounds.Upper.Length && value > bounds.Upper[index])
        {
            index++;
        }

        return index;
    }
}
