using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

public sealed class TerminalScreenTests
{
    private readonly FakeTerminal _terminal = new();

    [Fact]
    public void Each_thing_that_is_changed_is_put_back()
    {
        foreach (var mode in new[] { "?1049", "?7", "?25" })
        {
            var on = mode == "?1049" ? 'h' : 'l';
            var off = mode == "?1049" ? 'l' : 'h';
            Assert.Contains($"\e[{mode}{on}", TerminalScreen.EnterCodes, StringComparison.Ordinal);
            Assert.Contains($"\e[{mode}{off}", TerminalScreen.RestoreCodes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_terminal_is_taken_and_given_back_once()
    {
        var screen = new TerminalScreen(_terminal);
        screen.Enter();
        Assert.True(_terminal.InKeyMode);
        screen.Draw("picture");
        screen.Dispose();
        screen.Dispose();
        Assert.False(_terminal.InKeyMode);
        Assert.Equal(TerminalScreen.EnterCodes + "picture" + TerminalScreen.RestoreCodes, _terminal.Written);
    }

    [Fact]
    public void Nothing_is_done_to_it_after_that()
    {
        var screen = new TerminalScreen(_terminal);
        screen.Enter();
        screen.Dispose();
        var written = _terminal.Written;
        screen.Draw("late picture");
        screen.Keep();
        screen.Enter();
        Assert.Equal(written, _terminal.Written);
        Assert.False(_terminal.InKeyMode);
    }

    [Fact]
    public void A_screen_that_was_never_entered_leaves_the_terminal_alone()
    {
        var screen = new TerminalScreen(_terminal);
        screen.Draw("early picture");
        screen.Keep();
        screen.Dispose();
        Assert.Equal("", _terminal.Written);
    }

    [Fact]
    public void An_exception_while_it_is_shown_gives_it_back()
    {
        Assert.Throws<InvalidOperationException>(void () =>
        {
            using var screen = new TerminalScreen(_terminal);
            screen.Enter();
            throw new InvalidOperationException();
        });
        AssertRestored();
    }

    [Fact]
    public void A_failed_start_gives_it_back()
    {
        _terminal.Fault = text => text == TerminalScreen.EnterCodes ? new InvalidOperationException() : null;
        Assert.Throws<InvalidOperationException>(() =>
        {
            using var screen = new TerminalScreen(_terminal);
            screen.Enter();
        });
        AssertRestored();
    }

    [Fact]
    public void The_keys_are_put_back_even_when_the_screen_cannot_be()
    {
        _terminal.Fault = text => text == TerminalScreen.RestoreCodes ? new InvalidOperationException() : null;
        var screen = new TerminalScreen(_terminal);
        screen.Enter();
        Assert.Throws<InvalidOperationException>(screen.Dispose);
        Assert.False(_terminal.InKeyMode);
    }

    [Fact]
    public void What_a_shell_has_changed_is_said_again()
    {
        var screen = new TerminalScreen(_terminal);
        screen.Enter();
        _terminal.LeaveKeyMode();
        screen.Keep();
        Assert.True(_terminal.InKeyMode);
        Assert.EndsWith(TerminalScreen.KeepCodes, _terminal.Written, StringComparison.Ordinal);
        screen.Dispose();
    }

    private void AssertRestored()
    {
        Assert.EndsWith(TerminalScreen.RestoreCodes, _terminal.Written, StringComparison.Ordinal);
        Assert.False(_terminal.InKeyMode);
    }
}
