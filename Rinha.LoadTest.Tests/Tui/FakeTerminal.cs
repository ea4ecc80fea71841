using System.Collections.Concurrent;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Tests.Tui;

// Records output, and takes keys and faults from a test.
internal sealed class FakeTerminal : ITerminal
{
    private readonly ConcurrentQueue<string> _written = [];
    private readonly ConcurrentQueue<string> _typed = [];

    public bool InKeyMode { get; private set; }

    // Writing this text throws.
    public string? Fault { get; set; }

    public string Written => string.Concat(_written);

    public (int Width, int Height) Size { get; set; } = (80, 24);

    public void Type(string keys) => _typed.Enqueue(keys);

    public void Write(string text)
    {
        if (Fault is not null && text.Contains(Fault, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("the terminal broke");
        }

        _written.Enqueue(text);
    }

    public void EnterKeyMode() => InKeyMode = true;

    public void LeaveKeyMode() => InKeyMode = false;

    public int ReadKeys(Span<byte> keys) =>
        _typed.TryDequeue(out var typed) ? Encoding.UTF8.GetBytes(typed, keys) : 0;

    public void AssertRestored()
    {
        Assert.EndsWith(TerminalScreen.RestoreCodes, Written, StringComparison.Ordinal);
        Assert.False(InKeyMode);
    }
}
