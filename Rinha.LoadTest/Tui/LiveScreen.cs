using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Tui;

// Shows pictures on a terminal, and reads the keys, as long as something runs on another thread.
internal sealed class LiveScreen(ITerminal terminal)
{
    public const int FramesPerSecond = 10;

    // Keys are answered within this time even when frames come more slowly.
    private static readonly TimeSpan s_keyInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_frameInterval = TimeSpan.FromSeconds(1.0 / FramesPerSecond);

    // What something else did to the terminal, a shell or a message of the runtime, stays no longer.
    private static readonly TimeSpan s_fullRedrawInterval = TimeSpan.FromSeconds(1);

    // A person types slower than this many bytes in a key interval; what a paste has more waits for the next.
    private const int KeyBytesMax = 64;

    public void Show(RunControl control, Task run, Func<ViewState, int, int, Drawing> compose)
    {
        var screen = new TerminalScreen(terminal);

        // The signals are watched before the terminal is touched and until it is given back: there is no gap.
        using var stopSignals = new StopSignals(control, beforeExit: screen.Dispose);
        // The ways a process can end without unwinding this stack: Ctrl-\, an exit or an unhandled exception elsewhere.
        using var quitSignal = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => screen.Dispose());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => screen.Dispose();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => screen.Dispose();
        using (screen)
        {
            screen.Enter();
            Draw(screen, control, run, compose);
        }
    }

    private void Draw(
        TerminalScreen screen, RunControl control, Task run, Func<ViewState, int, int, Drawing> compose)
    {
        var (view, painter, clock) = (new ViewState(), new FramePainter(Ansi.IsEnabled), Stopwatch.StartNew());
        var (nextFrame, nextFullRedraw) = (TimeSpan.Zero, TimeSpan.Zero);
        var (isOver, keys) = (false, new byte[KeyBytesMax]);
        while (!isOver)
        {
            isOver = WaitForEnd(run, nextFrame - clock.Elapsed);
            var count = terminal.ReadKeys(keys);
            view = Keys.Press(keys.AsSpan(0, count), view, control);
            if (count == 0 && clock.Elapsed < nextFrame && !isOver)
            {
                continue;
            }

            var isFullRedraw = clock.Elapsed >= nextFullRedraw;
            if (isFullRedraw)
            {
                screen.Reassert();
                nextFullRedraw = clock.Elapsed + s_fullRedrawInterval;
            }

            var (width, height) = terminal.Size;
            var picture = compose(
                view with { Paused = control.Paused, Ending = control.StopRequested }, width, height);
            screen.Draw(painter.Paint(picture, width, height, isFullRedraw));
            nextFrame = clock.Elapsed + s_frameInterval;
        }
    }

    // WaitAny, because Wait would throw the run's exception here and not where the caller looks at it.
    private static bool WaitForEnd(Task run, TimeSpan untilFrame)
    {
        var wait = untilFrame < s_keyInterval ? untilFrame : s_keyInterval;
        return Task.WaitAny([run], wait > TimeSpan.Zero ? wait : TimeSpan.Zero) == 0;
    }
}

// Ctrl-C is a signal and does not come here.
internal static class Keys
{
    private const byte Escape = 0x1B;

    public static ViewState Press(ReadOnlySpan<byte> keys, ViewState view, RunControl control)
    {
        foreach (var key in keys)
        {
            switch (key)
            {
                // Beside minus on most keyboards, plus is where = is.
                case (byte)'+' or (byte)'=':
                    view = view.Widened();
                    break;
                case (byte)'-' or (byte)'_':
                    view = view.Narrowed();
                    break;
                case (byte)'p' or (byte)'P' or (byte)' ':
                    control.TogglePause();
                    break;
                case (byte)'q' or (byte)'Q':
                    control.Stop();
                    break;

                // An arrow or a function key is an escape and letters, which come together and mean nothing here.
                case Escape:
                    return view;
            }
        }

        return view;
    }
}

// Writes only the lines that changed, between the marks of a synchronized update: nothing flickers, and a slow
// connection carries little.
internal sealed class FramePainter(bool colors)
{
    private string[] _shown = [];
    private (int Width, int Height) _size;

    public string Paint(Drawing picture, int width, int height, bool isFullRedraw)
    {
        var text = new StringBuilder(_size == (width, height) ? "" : "\e[2J");
        if (isFullRedraw || text.Length > 0)
        {
            (_shown, _size) = (new string[height], (width, height));
        }

        foreach (var (row, line) in picture.Lines(width, height).Index())
        {
            var code = string.Concat(line.Pieces.Select(piece =>
                Ansi.Paint(piece.Text, colors || piece.Tone == Tone.Strong ? piece.Tone : Tone.Plain)));
            if (code != _shown[row])
            {
                _shown[row] = code;
                text.Append($"\e[{row + 1};1H{code}");
            }
        }

        return text.Length == 0 ? "" : $"\e[?2026h{text}\e[?2026l";
    }
}

// Owns what the live screen changes of a terminal (the alternate screen, the cursor, the line wrap, the key mode) and
// gives it back exactly once. Restoring may come from any thread, a signal's included; nothing is drawn after it.
internal sealed class TerminalScreen(ITerminal terminal) : IDisposable
{
    // Alternate screen, no cursor, no line wrap (a frame too wide for a moment must not scroll).
    internal const string EnterCodes = "\e[?1049h" + ReassertCodes + "\e[2J\e[H";

    // What may get lost and can be said again without harm.
    internal const string ReassertCodes = "\e[?7l\e[?25l";

    // Undoes EnterCodes, after an end of the frame under way (see FramePainter) and of its
    // colours; and the application keys, which the runtime's console turns on and never off.
    internal const string RestoreCodes = "\e[?2026l\e[0m\e[?25h\e[?7h\e[?1l\e>\e[?1049l";

    private readonly Lock _lock = new();
    private bool _isActive;
    private bool _wasRestored;

    public void Enter()
    {
        lock (_lock)
        {
            // Ours before the first change: if that fails half-way, there is something to undo.
            _isActive = !_wasRestored;
        }

        IfActive(() =>
        {
            terminal.EnterKeyMode();
            terminal.Write(EnterCodes);
        });
    }

    // Says again how the terminal is to be, to be done now and then: the shell and the runtime change it when the
    // process was stopped (SIGSTOP) and goes on.
    public void Reassert() => IfActive(() =>
    {
        terminal.EnterKeyMode();
        terminal.Write(ReassertCodes);
    });

    public void Draw(string text) => IfActive(() => terminal.Write(text));

    public void Dispose()
    {
        lock (_lock)
        {
            _wasRestored = true;
            if (!_isActive)
            {
                return;
            }

            _isActive = false;
            try
            {
                terminal.Write(RestoreCodes);
            }
            finally
            {
                terminal.LeaveKeyMode();
            }
        }
    }

    private void IfActive(Action change)
    {
        lock (_lock)
        {
            if (_isActive)
            {
                change();
            }
        }
    }
}
