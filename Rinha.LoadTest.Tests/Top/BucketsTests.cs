using Rinha.LoadTest.Top;

namespace Rinha.LoadTest.Tests.Top;

public sealed class BucketsTests
{
    private static readonly Buckets s_some = new([("0.1", 10), ("0.2", 30), ("0.4", 40), ("+Inf", 40)]);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.125, 0.05)] // the middle of the first bucket
    [InlineData(0.25, 0.1)] // its end
    [InlineData(0.5, 0.15)] // the 20th of 40, half-way from the 10th to the 30th
    [InlineData(0.75, 0.2)]
    [InlineData(0.875, 0.3)]
    [InlineData(1, 0.4)]
    public void A_quantile_lies_evenly_in_its_bucket(double share, double expected) =>
        Assert.Equal(expected, s_some.Quantile(share)!.Value, 1e-9);

    [Fact]
    public void Past_the_last_bound_it_is_the_last_bound() =>
        Assert.Equal(0.2, new Buckets([("0.1", 1), ("0.2", 1), ("+Inf", 10)]).Quantile(0.99));

    [Fact]
    public void Empty_buckets_are_passed_over() =>
        Assert.Equal(0.3, new Buckets([("0.1", 0), ("0.2", 0), ("0.4", 8), ("+Inf", 8)]).Quantile(0.5)!.Value, 1e-9);

    [Fact]
    public void Without_observations_there_is_none()
    {
        Assert.Null(new Buckets().Quantile(0.5));
        Assert.Null(new Buckets([("0.1", 0), ("+Inf", 0)]).Quantile(0.5));
    }

    [Fact]
    public void Bounds_are_ordered_as_numbers() =>
        Assert.Equal(9.5, new Buckets([("+Inf", 2), ("10", 2), ("9", 1), ("1", 1)]).Quantile(0.75));

    [Fact]
    public void Those_of_two_instances_add_up()
    {
        var fast = new Buckets([("0.1", 100), ("0.2", 100), ("+Inf", 100)]);
        var slow = new Buckets([("0.1", 0), ("0.2", 100), ("+Inf", 100)]);
        var both = fast.With(slow);

        Assert.Equal(200, both.Count);
        Assert.Equal(0.1, both.Quantile(0.5));
        Assert.Equal(0.15, both.Quantile(0.75)!.Value, 1e-9);
    }
}
