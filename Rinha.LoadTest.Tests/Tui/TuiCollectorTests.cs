using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

public sealed class TuiCollectorTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly FakeTerminal _terminal = new();
    private readonly RunControl _control = new() { Latest = SampleSnapshots.Running };
    private readonly TaskCompletionSource _run = new();

    [Fact]
    public async Task The_run_is_shown_until_it_ends()
    {
        var watching = Watch();
        await Until(() => _terminal.Written.Contains(" whole run ", StringComparison.Ordinal));
        Assert.False(watching.IsCompleted);
        _run.SetResult();
        await watching.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.StartsWith(TerminalScreen.EnterCodes, _terminal.Written, StringComparison.Ordinal);
        AssertRestored();
    }

    [Fact]
    public async Task Q_asks_the_run_to_end_and_waits_for_it()
    {
        var watching = Watch();
        _terminal.Type("q");
        await Until(() => _control.StopRequested);
        await Until(() => _terminal.Written.Contains("ending", StringComparison.Ordinal));
        Assert.False(watching.IsCompleted);
        _run.SetResult();
        await watching.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        AssertRestored();
    }

    [Fact]
    public async Task Keys_are_answered_before_the_next_frame_is_due()
    {
        // One frame a second, and a window that shows at once.
        var watching = Watch(framesPerSecond: 1);
        await Until(() => _terminal.Written.Contains("last 10 s", StringComparison.Ordinal));
        _terminal.Type("+");
        await Until(() => _terminal.Written.Contains("last 30 s", StringComparison.Ordinal));
        _terminal.Type("p");
        await Until(() => _control.Paused && _terminal.Written.Contains("go on", StringComparison.Ordinal));
        _run.SetResult();
        await watching.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_new_size_of_the_terminal_is_used()
    {
        var watching = Watch();
        await Until(() => _terminal.Written.Contains("\e[24;1H", StringComparison.Ordinal));
        _terminal.Resize(120, 40);
        await Until(() => _terminal.Written.Contains(" percentiles ", StringComparison.Ordinal));
        _run.SetResult();
        await watching.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_run_that_breaks_is_not_the_viewers_exception()
    {
        var watching = Watch();
        _run.SetException(new InvalidOperationException("the engine broke"));
        await watching.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        AssertRestored();
    }

    [Fact]
    public async Task A_viewer_that_breaks_gives_the_terminal_back()
    {
        _terminal.Fault = text => text.Contains(" whole run ", StringComparison.Ordinal)
            ? new InvalidOperationException("the viewer broke")
            : null;
        await Assert.ThrowsAsync<InvalidOperationException>(() => Watch());
        AssertRestored();
    }

    private Task Watch(int framesPerSecond = 30) => Task.Factory.StartNew(
        () => new TuiCollector(framesPerSecond, _terminal).Watch(_control, _run.Task),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void AssertRestored()
    {
        Assert.EndsWith(TerminalScreen.RestoreCodes, _terminal.Written, StringComparison.Ordinal);
        Assert.False(_terminal.InKeyMode);
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "it did not happen in time");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("", 10)]
    [InlineData("+", 30)]
    [InlineData("++++++", 300)]
    [InlineData("-", 1)]
    [InlineData("---+", 10)]
    [InlineData("xyz\r\n\t", 10)]
    public void Plus_and_minus_step_through_the_windows(string keys, int windowSeconds)
    {
        var control = new RunControl();
        Assert.Equal(windowSeconds, Press(keys, control).WindowSeconds);
        Assert.False(control.Paused);
        Assert.False(control.StopRequested);
    }

    [Theory]
    [InlineData("p", true)]
    [InlineData(" ", true)]
    [InlineData("pp", false)]
    [InlineData("Pqp", false)]
    public void P_pauses_and_goes_on(string keys, bool paused)
    {
        var control = new RunControl();
        Press(keys, control);
        Assert.Equal(paused, control.Paused);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("Q")]
    [InlineData("+p-q")]
    [InlineData("qq")]
    public void Q_ends_the_run(string keys)
    {
        var control = new RunControl();
        Press(keys, control);
        Assert.True(control.StopRequested);
    }

    [Theory]
    [InlineData("\e[A")]
    [InlineData("\eOP")]
    [InlineData("\e[15~")]
    [InlineData("\eq")]
    [InlineData("\e")]
    public void Keys_that_send_an_escape_do_nothing(string keys)
    {
        var control = new RunControl();
        Assert.Equal(new ViewState(), Press(keys, control));
        Assert.False(control.StopRequested);
        Assert.False(control.Paused);
    }

    private static ViewState Press(string keys, RunControl control) =>
        Keys.Press(Encoding.UTF8.GetBytes(keys), new ViewState(), control);
}
