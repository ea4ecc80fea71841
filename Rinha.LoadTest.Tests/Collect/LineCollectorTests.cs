using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tests.Tui;

namespace Rinha.LoadTest.Tests.Collect;

public sealed class LineCollectorTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    private readonly StringWriter _log = new();
    private readonly RunControl _control = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Each_new_snapshot_becomes_one_line_without_control_codes()
    {
        var run = Publish([SampleSnapshots.Begun, SampleSnapshots.Running, SampleSnapshots.Contest]);
        new LineCollector(_log, s_interval).Watch(_control, run);
        await run;
        var text = _log.ToString();
        Assert.Equal(
            [
                ProgressLine.Of(SampleSnapshots.Begun),
                ProgressLine.Of(SampleSnapshots.Running),
                ProgressLine.Of(SampleSnapshots.Contest),
            ],
            text.Split(_log.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(text.Replace(_log.NewLine, "", StringComparison.Ordinal), char.IsControl);
    }

    [Fact]
    public void A_run_that_is_over_already_has_no_lines()
    {
        _control.Latest = SampleSnapshots.Running;
        new LineCollector(_log, s_interval).Watch(_control, Task.CompletedTask);
        Assert.Equal("", _log.ToString());
    }

    [Fact]
    public void A_run_that_broke_is_not_the_viewers_exception()
    {
        var broken = Task.FromException(new InvalidOperationException("the engine broke"));
        new LineCollector(_log, s_interval).Watch(_control, broken);
        new SilentCollector().Watch(_control, broken);
    }

    private async Task Publish(IEnumerable<LiveSnapshot> snapshots)
    {
        foreach (var snapshot in snapshots)
        {
            _control.Latest = snapshot;
            await Task.Delay(s_interval * 50, TestContext.Current.CancellationToken);
        }
    }
}
