using System.Collections.Concurrent;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Commands;
using Rinha.LoadTest.Tests.Tui;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Collect;

public sealed class CollectorsTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(5);

    private readonly Log _log = new();
    private readonly RunControl _control = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Each_new_snapshot_becomes_one_line_without_control_codes()
    {
        LiveSnapshot[] snapshots = [SampleSnapshots.Begun, SampleSnapshots.Running, SampleSnapshots.Contest];
        var run = Task.Run(
            () =>
            {
                for (var at = 0; at < snapshots.Length; at++)
                {
                    _control.Latest = snapshots[at];
                    Wait.Until(() => _log.Lines.Count == at + 1, "the snapshot is shown");
                }
            },
            TestContext.Current.CancellationToken);
        new LineCollector(_log, s_interval).Watch(_control, run);
        await run;
        Assert.Equal(snapshots.Select(ProgressLine.Of), _log.Lines);
        Assert.All(_log.Lines, line => Assert.DoesNotContain(line, char.IsControl));
    }

    [Fact]
    public void A_run_that_is_over_already_has_no_lines()
    {
        _control.Latest = SampleSnapshots.Running;
        new LineCollector(_log, s_interval).Watch(_control, Task.CompletedTask);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_run_that_broke_is_not_the_viewers_exception()
    {
        var broken = Task.FromException(new InvalidOperationException("the engine broke"));
        new LineCollector(_log, s_interval).Watch(_control, broken);
        new SilentCollector().Watch(_control, broken);
    }

    [Theory]
    [InlineData(false, true, "xterm-256color", typeof(TuiCollector))]
    [InlineData(false, true, "dumb", typeof(LineCollector))]
    [InlineData(false, true, "", typeof(LineCollector))]
    [InlineData(false, true, null, typeof(LineCollector))]
    [InlineData(false, false, "xterm-256color", typeof(LineCollector))]
    [InlineData(true, true, "xterm-256color", typeof(SilentCollector))]
    public void The_collector_suits_the_output(bool quiet, bool isTerminal, string? terminalName, Type collector) =>
        Assert.IsType(collector, ReportOptions.Choose(quiet, 10, UnixTerminal.CanShow(isTerminal, terminalName)));

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

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59.4, "0:59")]
    [InlineData(59.6, "1:00")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(90_061, "25:01:01")]
    [InlineData(-1, "0:00")]
    [InlineData(double.NaN, "0:00")]
    public void A_clock_has_hours_where_it_needs_them(double seconds, string clock) =>
        Assert.Equal(clock, RunProgress.Clock(seconds));

    [Fact]
    public void A_timed_run_counts_down()
    {
        var run = SampleSnapshots.Running with { Elapsed = 15 };
        Assert.Equal(0.25, RunProgress.Share(run));
        Assert.Equal(45, RunProgress.SecondsLeft(run));
    }

    [Fact]
    public void A_timed_run_that_takes_longer_is_at_its_end()
    {
        var run = SampleSnapshots.Running with { Elapsed = 61 };
        Assert.Equal(1, RunProgress.Share(run));
        Assert.Equal(0, RunProgress.SecondsLeft(run));
    }

    [Fact]
    public void A_counted_run_guesses_its_end_from_its_pace()
    {
        var run = SampleSnapshots.Contest with { Elapsed = 10, Completed = 95, Failed = 5, Iterations = 400 };
        Assert.Equal(0.25, RunProgress.Share(run));
        Assert.Equal(30, RunProgress.SecondsLeft(run));
        Assert.Null(RunProgress.SecondsLeft(run with { Completed = 0, Failed = 0 }));
    }

    [Fact]
    public void A_run_without_an_end_has_no_progress()
    {
        var run = SampleSnapshots.Running with { Duration = null };
        Assert.Null(RunProgress.Share(run));
        Assert.Null(RunProgress.SecondsLeft(run));
    }

    private sealed class Log : StringWriter
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public override void WriteLine(string? value) => Lines.Enqueue(value!);
    }
}
