using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

// The live screen takes over the terminal, draws, reads keys, and always restores it.
public sealed class LiveScreenTests
{
    private readonly FakeTerminal _terminal = new();
    private readonly RunControl _control = new() { Latest = SampleSnapshots.Running };
    private readonly TaskCompletionSource _run = new();

    [Fact]
    public async Task The_run_is_shown_until_it_ends_and_keys_take_effect()
    {
        var watching = Watch();
        Shows(" last 10 s ");
        _terminal.Type("+");
        Shows(" last 30 s ");
        _terminal.Type("p");
        Shows("resume");
        Assert.True(_control.Paused);
        _terminal.Size = (120, 40);
        Shows(" p50 and p99 over time ");
        _terminal.Type("q");
        Shows("ending");
        Assert.True(_control.StopRequested);
        Assert.False(watching.IsCompleted);
        _run.SetResult();
        await watching.WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        Assert.StartsWith(TerminalScreen.EnterCodes, _terminal.Written, StringComparison.Ordinal);
        _terminal.AssertRestored();
    }

    [Fact]
    public async Task A_runs_exception_is_left_to_the_caller()
    {
        _run.SetException(new InvalidOperationException("the run broke"));
        await Watch().WaitAsync(Wait.Timeout, TestContext.Current.CancellationToken);
        _terminal.AssertRestored();
    }

    [Theory]
    [InlineData(TerminalScreen.EnterCodes)]
    [InlineData(" whole run ")]
    public async Task A_failing_viewer_restores_the_terminal(string fault)
    {
        _terminal.Fault = fault;
        await Assert.ThrowsAsync<InvalidOperationException>(Watch);
        _terminal.AssertRestored();
    }

    [Fact]
    public void The_terminal_is_restored_once_and_not_touched_afterwards()
    {
        new TerminalScreen(_terminal).Dispose();
        var screen = new TerminalScreen(_terminal);
        screen.Draw("early picture");
        screen.Enter();
        Assert.True(_terminal.InKeyMode);
        screen.Draw("picture");
        // Reassert repairs what a shell changed.
        _terminal.LeaveKeyMode();
        screen.Reassert();
        Assert.True(_terminal.InKeyMode);
        for (var times = 0; times < 2; times++)
        {
            screen.Dispose();
            screen.Draw("late picture");
            screen.Reassert();
            screen.Enter();
        }

        Assert.Equal(
            TerminalScreen.EnterCodes + "picture" + TerminalScreen.ReassertCodes + TerminalScreen.RestoreCodes,
            _terminal.Written);
        Assert.False(_terminal.InKeyMode);
        foreach (var mode in new[] { "?1049h", "?7l", "?25l" })
        {
            var undone = mode[..^1] + (mode[^1] == 'h' ? 'l' : 'h');
            Assert.Contains($"\e[{mode}", TerminalScreen.EnterCodes, StringComparison.Ordinal);
            Assert.Contains($"\e[{undone}", TerminalScreen.RestoreCodes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_key_mode_is_restored_even_if_the_screen_cannot_be()
    {
        _terminal.Fault = TerminalScreen.RestoreCodes;
        var screen = new TerminalScreen(_terminal);
        screen.Enter();
        Assert.Throws<InvalidOperationException>(screen.Dispose);
        Assert.False(_terminal.InKeyMode);
    }

    [Theory]
    [InlineData("++++++", 300, false, false)]
    [InlineData("---+", 10, false, false)]
    [InlineData("xyz\r\n\t", 10, false, false)]
    [InlineData(" ", 10, true, false)]
    [InlineData("pp", 10, false, false)]
    [InlineData("+p-Q", 10, true, true)]
    [InlineData("\e[A", 10, false, false)]
    [InlineData("\eOP", 10, false, false)]
    [InlineData("\eq", 10, false, false)]
    public void Keys_change_the_window_pause_and_end(string keys, int windowSeconds, bool pauses, bool stops)
    {
        var view = Keys.Press(Encoding.UTF8.GetBytes(keys), new ViewState(), _control);
        Assert.Equal(
            (windowSeconds, pauses, stops), (view.WindowSeconds, _control.Paused, _control.StopRequested));
    }

    private Task Watch() => Task.Factory.StartNew(
        () => new TuiViewer(_terminal).Watch(_control, _run.Task),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private void Shows(string text) =>
        Wait.Until(() => _terminal.Written.Contains(text, StringComparison.Ordinal), $"it shows '{text}'");
}
