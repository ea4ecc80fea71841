using Microsoft.Win32.SafeHandles;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

/// <summary>Against a real pseudo-terminal: a wrong constant or layout would show here.</summary>
public sealed class TerminalCallsTests : IDisposable
{
    private readonly FileStream _master;
    private readonly SafeFileHandle _terminal;

    public TerminalCallsTests()
    {
        Assert.Equal(0, OpenPseudoTerminal(out var master, out var terminal, 0, 0, 0));
        _master = new FileStream(new SafeFileHandle(master, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        _terminal = new SafeFileHandle(terminal, ownsHandle: true);
    }

    private int Descriptor => (int)_terminal.DangerousGetHandle();

    public void Dispose()
    {
        _master.Dispose();
        _terminal.Dispose();
    }

    [Fact]
    public void In_key_mode_each_key_is_there_at_once_and_not_echoed()
    {
        Assert.True(TerminalCalls.IsTerminal(Descriptor));
        Assert.True(TerminalCalls.TryGetMode(Descriptor, out var original));
        Type("early");
        Assert.Equal("", Read());
        TerminalCalls.SetMode(Descriptor, original.ForKeys());
        Type("+q\u001A");
        // The early keys and the later ones may come one after the other.
        var read = "";
        Wait.Until(() => (read += Read()).EndsWith("+q\u001A", StringComparison.Ordinal), "the keys arrive");
        Assert.Equal("", Read());
        TerminalCalls.SetMode(Descriptor, original);
        Assert.True(TerminalCalls.TryGetMode(Descriptor, out var restored));
        Assert.Equal(
            MemoryMarshal.AsBytes(new ReadOnlySpan<TerminalCalls.Mode>(in original)),
            MemoryMarshal.AsBytes(new ReadOnlySpan<TerminalCalls.Mode>(in restored)));

        // What was echoed is on the other side: the early keys only.
        Assert.Equal("early", Echoed());
    }

    [Fact]
    public void A_terminal_that_does_not_know_its_size_says_nothing() =>
        Assert.Equal((0, 0), TerminalCalls.GetSize(Descriptor));

    [Fact]
    public void What_is_no_terminal_has_neither_size_nor_mode_nor_keys()
    {
        Assert.False(TerminalCalls.IsTerminal(-1));
        Assert.Equal((0, 0), TerminalCalls.GetSize(-1));
        Assert.False(TerminalCalls.TryGetMode(-1, out _));
        Assert.True(TerminalCalls.ReadAvailable(-1, new byte[8]) <= 0);
    }

    [DllImport("libc", EntryPoint = "openpty")]
    private static extern int OpenPseudoTerminal(out int master, out int terminal, nint name, nint mode, nint size);

    private void Type(string keys) => _master.Write(Encoding.UTF8.GetBytes(keys));

    private string Read()
    {
        var keys = new byte[64];
        return Encoding.UTF8.GetString(keys, 0, Math.Max(0, TerminalCalls.ReadAvailable(Descriptor, keys)));
    }

    private string Echoed()
    {
        var bytes = new byte[64];
        return Encoding.UTF8.GetString(bytes, 0, _master.Read(bytes));
    }
}

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
