using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;

namespace Rinha.LoadTest.Tui;

// Draws frames on a terminal and handles keys on the caller's thread, while a task runs on another. Restores the
// terminal even if the process is about to die.
internal sealed class LiveScreen(ITerminal terminal)
{
    public const int FramesPerSecond = 10;

    // Maximum delay before a key takes effect, even if frames are slower.
    private static readonly TimeSpan s_keyInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_frameInterval = TimeSpan.FromSeconds(1.0 / FramesPerSecond);

    // Repairs what a shell or the runtime wrote to the terminal.
    private static readonly TimeSpan s_fullRedrawInterval = TimeSpan.FromSeconds(1);

    // More than a person types per interval; the rest of a paste waits for the next one.
    private const int KeyBytesMax = 64;

    public void Show(RunControl control, Task run, Func<ViewState, int, int, Drawing> compose)
    {
        var screen = new TerminalScreen(terminal);

        // Registered before the terminal changes and until it is restored.
        using var stopSignals = new StopSignals(control, beforeExit: screen.Dispose);
        // Exits that do not unwind this stack: Ctrl-\, Environment.Exit, an unhandled exception elsewhere.
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

    // Unlike Wait, WaitAny leaves the run's exception to the caller.
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
                // Unshifted + on most keyboards.
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

                // The start of an arrow or function key's sequence: ignore the rest.
                case Escape:
                    return view;
            }
        }

        return view;
    }
}

// Paints only the lines that changed, inside a synchronized update: no flicker, and little output for slow connections.
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

// Owns the terminal state that the live screen changes (alternate screen, cursor, line wrap, key mode), and restores it
// exactly once. Dispose may run on any thread, including a signal handler's; nothing is drawn after it.
internal sealed class TerminalScreen(ITerminal terminal) : IDisposable
{
    // Alternate screen, no cursor, no line wrap (a frame too wide during a resize must not scroll).
    internal const string EnterCodes = "\e[?1049h" + ReassertCodes + "\e[2J\e[H";

    // State that may get lost and is safe to set again.
    internal const string ReassertCodes = "\e[?7l\e[?25l";

    // Ends the current synchronized update and colours, undoes EnterCodes, and turns off the application keys, which
    // the runtime's console turns on and never off.
    internal const string RestoreCodes = "\e[?2026l\e[0m\e[?25h\e[?7h\e[?1l\e>\e[?1049l";

    private readonly Lock _lock = new();
    private bool _isActive;
    private bool _wasRestored;

    public void Enter()
    {
        lock (_lock)
        {
            // Set before the first change: if that fails half-way, Dispose must undo it.
            _isActive = !_wasRestored;
        }

        IfActive(() =>
        {
            terminal.EnterKeyMode();
            terminal.Write(EnterCodes);
        });
    }

    // Sets the modes again; call it periodically: the shell and the runtime change them across SIGSTOP and SIGCONT.
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
