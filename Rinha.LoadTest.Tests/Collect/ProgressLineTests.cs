using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tests.Tui;

namespace Rinha.LoadTest.Tests.Collect;

public sealed class ProgressLineTests
{
    [Fact]
    public void A_timed_run_says_how_long_it_takes() =>
        Assert.Equal(
            "    0:17/1:00  running   53,000/s  p50  700µs  p99 4.00ms  failed 12  200: 759,183  422: 57,141  500: 12",
            ProgressLine.Of(SampleSnapshots.Running));

    [Fact]
    public void A_counted_run_says_how_many_requests_it_makes() =>
        Assert.StartsWith(
            "30,751/61,503  débitos ", ProgressLine.Of(SampleSnapshots.Contest), StringComparison.Ordinal);

    [Fact]
    public void A_run_without_an_end_says_how_long_it_has_taken() =>
        Assert.StartsWith(
            "         0:17  running ",
            ProgressLine.Of(SampleSnapshots.Running with { Duration = null }),
            StringComparison.Ordinal);

    [Fact]
    public void A_run_that_has_just_begun_has_a_line_too() =>
        Assert.Equal(
            "    0:00/1:00  warm-up        0/s  p50     0s  p99     0s  failed 0",
            ProgressLine.Of(SampleSnapshots.Begun));
}
