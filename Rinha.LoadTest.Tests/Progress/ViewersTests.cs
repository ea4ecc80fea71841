using System.Collections.Concurrent;
using Rinha.LoadTest.Commands;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Tests.Tui;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Progress;

public sealed class ViewersTests : IDisposable
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
        new LineViewer(_log, s_interval).Watch(_control, run);
        await run;
        Assert.Equal(snapshots.Select(ProgressLine.Of), _log.Lines);
        Assert.All(_log.Lines, line => Assert.DoesNotContain(line, char.IsControl));
    }

    [Fact]
    public void A_finished_run_has_no_lines_and_its_exception_is_left_to_the_caller()
    {
        _control.Latest = SampleSnapshots.Running;
        var broken = Task.FromException(new InvalidOperationException("the run broke"));
        new LineViewer(_log, s_interval).Watch(_control, broken);
        new SilentViewer().Watch(_control, broken);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(false, true, typeof(TuiViewer))]
    [InlineData(false, false, typeof(LineViewer))]
    [InlineData(true, true, typeof(SilentViewer))]
    public void The_viewer_suits_the_output(bool quiet, bool canShow, Type viewer) =>
        Assert.IsType(viewer, ReportOptions.Choose(quiet, canShow));

    [Fact]
    public void A_line_shows_progress_rate_and_failures()
    {
        Assert.Equal(
            "    0:17/1:00  running   53,016/s  p50  500µs  p99 4.00ms  failed 12  200: 759,183  422: 57,141  500: 12",
            ProgressLine.Of(SampleSnapshots.Running));
        Assert.StartsWith(
            "30,751/61,503  débitos ", ProgressLine.Of(SampleSnapshots.Contest), StringComparison.Ordinal);
    }

    [Fact]
    public void A_timed_run_counts_down_and_a_counted_one_extrapolates()
    {
        var timed = SampleSnapshots.Running with { Elapsed = 15 };
        var late = timed with { Elapsed = 61 };
        var endless = timed with { Duration = null };
        var counted = SampleSnapshots.Contest with { Elapsed = 10, Completed = 95, Failed = 5, Iterations = 400 };
        var begun = counted with { Completed = 0, Failed = 0 };
        Assert.Equal((0.25, 45), (RunProgress.Share(timed), RunProgress.SecondsLeft(timed)));
        Assert.Equal((1, 0), (RunProgress.Share(late), RunProgress.SecondsLeft(late)));
        Assert.Equal((null, null), (RunProgress.Share(endless), RunProgress.SecondsLeft(endless)));
        Assert.Equal((0.25, 30), (RunProgress.Share(counted), RunProgress.SecondsLeft(counted)));
        Assert.Equal((0, null), (RunProgress.Share(begun), RunProgress.SecondsLeft(begun)));
    }

    private sealed class Log : StringWriter
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public override void WriteLine(string? value) => Lines.Enqueue(value!);
    }
}
