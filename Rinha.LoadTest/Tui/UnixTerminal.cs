using System.Text;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// The process's own terminal. <see cref="Console"/> is not used for the keys: it echoes what is typed between two of
/// its reads, into the picture.
/// </summary>
internal sealed class UnixTerminal : ITerminal
{
    // What a terminal that does not know its size is taken for, as everywhere.
    private const int DefaultWidth = 80;
    private const int DefaultHeight = 24;

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly bool _hasKeys = TerminalCalls.IsTerminal(TerminalCalls.Input);
    private TerminalCalls.Mode? _original;

    /// <inheritdoc/>
    public (int Width, int Height) Size => TerminalCalls.GetSize(TerminalCalls.Output) is ( > 0, > 0) and var size
        ? size
        : (DefaultWidth, DefaultHeight);

    /// <inheritdoc/>
    public void Write(string text)
    {
        try
        {
            _output.Write(Encoding.UTF8.GetBytes(text));
            _output.Flush();
        }
        catch (IOException)
        {
            // A terminal that hung up must not cost the run its report.
        }
    }

    /// <inheritdoc/>
    public void EnterKeyMode()
    {
        if (_hasKeys && TerminalCalls.TryGetMode(TerminalCalls.Input, out var mode))
        {
            _original ??= mode;
            TerminalCalls.SetMode(TerminalCalls.Input, mode.ForKeys());
        }
    }

    /// <inheritdoc/>
    public void LeaveKeyMode()
    {
        if (_original is { } original)
        {
            TerminalCalls.SetMode(TerminalCalls.Input, original);
            _original = null;
        }
    }

    /// <inheritdoc/>
    public int ReadKeys(Span<byte> keys) =>
        _original is null ? 0 : Math.Max(0, TerminalCalls.ReadAvailable(TerminalCalls.Input, keys));
}
