using System.Diagnostics;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Top;

/// <summary>
/// Reads the stack once a second and shows it, until it is enough: by a count, by <c>q</c>, Ctrl-C or SIGTERM.
/// </summary>
/// <param name="read">Reads the stack.</param>
/// <param name="count">After how many intervals it ends; 0 for none.</param>
/// <param name="interval">The length of an interval.</param>
internal sealed class TopView(Func<TopReading> read, int count, TimeSpan interval)
{
    private static readonly TimeSpan s_keyInterval = TimeSpan.FromMilliseconds(50);

    // A person types slower than this many bytes in a key interval.
    private const int KeyBytesMax = 64;

    private readonly RunControl _control = new();

    /// <summary>Writes a line for each interval.</summary>
    /// <exception cref="IOException">The output takes no more.</exception>
    public void Write(TextWriter output)
    {
        using var signals = new StopSignals(_control, beforeExit: () => { });
        var hasHeader = false;
        Follow(() => { }, figures =>
        {
            if (!hasHeader)
            {
                output.WriteLine(TopLines.Header(figures));
                hasHeader = true;
            }

            output.WriteLine(TopLines.Of(figures, DateTimeOffset.UtcNow));
            output.Flush();
        });
    }

    /// <summary>Shows a screen, drawn anew for each interval.</summary>
    public void Show(ITerminal terminal)
    {
        var painter = new FramePainter();
        var screen = new TerminalScreen(terminal);
        using var stopSignals = new StopSignals(_control, beforeExit: screen.Dispose);
        using var screenSignals = new ScreenSignals(screen);
        using (screen)
        {
            screen.Enter();
            Draw(null);
            Follow(() => ReadKeys(terminal), Draw);
        }

        void Draw(TopFigures? figures)
        {
            var (width, height) = terminal.Size;
            screen.Keep();
            screen.Draw(painter.Paint(
                TopScreen.Compose(figures, DateTimeOffset.UtcNow, height), width, height, whole: true));
        }
    }

    private void ReadKeys(ITerminal terminal)
    {
        Span<byte> keys = stackalloc byte[KeyBytesMax];
        if (keys[..terminal.ReadKeys(keys)].IndexOfAny((byte)'q', (byte)'Q') >= 0)
        {
            _control.Stop();
        }
    }

    private void Follow(Action meanwhile, Action<TopFigures> show)
    {
        var clock = Stopwatch.StartNew();
        var earlier = read();
        for (var shown = 0; count == 0 || shown < count; shown++)
        {
            var due = interval * (shown + 1);
            while (clock.Elapsed < due)
            {
                meanwhile();
                if (_control.StopRequested)
                {
                    return;
                }

                var wait = due - clock.Elapsed;
                Thread.Sleep(wait < s_keyInterval ? (wait > TimeSpan.Zero ? wait : TimeSpan.Zero) : s_keyInterval);
            }

            var later = read();
            show(TopFigures.Between(earlier, later));
            earlier = later;
        }
    }
}
