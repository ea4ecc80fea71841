using Microsoft.Win32.SafeHandles;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

// Uses a real pseudo-terminal, which exposes a wrong constant or struct layout.
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
    public void In_key_mode_each_key_is_readable_immediately_and_not_echoed()
    {
        var original = TerminalCalls.GetMode(Descriptor);
        Assert.NotNull(original);
        Type("early");
        Assert.Equal("early", Echo(5));
        Assert.Equal("", Read());
        TerminalCalls.SetMode(Descriptor, TerminalCalls.ForKeys(original));
        Type("+q\u001A");
        // The early and the later keys may arrive separately.
        var read = "";
        Wait.Until(() => (read += Read()).EndsWith("+q\u001A", StringComparison.Ordinal), "the keys arrive");
        Assert.Equal("", Read());
        TerminalCalls.SetMode(Descriptor, original);
        Assert.Equal(original, TerminalCalls.GetMode(Descriptor));

        // Proves that nothing was echoed meanwhile.
        Type("late");
        Assert.Equal("late", Echo(4));
    }

    [Fact]
    public void A_non_terminal_has_neither_size_nor_mode_nor_keys()
    {
        Assert.Equal((0, 0), TerminalCalls.GetSize(Descriptor));
        Assert.Equal((0, 0), TerminalCalls.GetSize(-1));
        Assert.Null(TerminalCalls.GetMode(-1));
        Assert.Equal(0, TerminalCalls.ReadAvailable(-1, new byte[8]));
    }

    [DllImport("libc", EntryPoint = "openpty")]
    private static extern int OpenPseudoTerminal(out int master, out int terminal, nint name, nint mode, nint size);

    private void Type(string keys) => _master.Write(Encoding.UTF8.GetBytes(keys));

    private string Echo(int length)
    {
        var echo = new byte[length];
        _master.ReadExactly(echo);
        return Encoding.UTF8.GetString(echo);
    }

    private string Read()
    {
        var keys = new byte[64];
        return Encoding.UTF8.GetString(keys, 0, TerminalCalls.ReadAvailable(Descriptor, keys));
    }
}
