using Rinha.LoadTest.Collect;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// Shows the run on a live screen: at a steady rate takes the newest snapshot, draws it, and reads the keys in between
/// (<see cref="Keys"/>). What is drawn is a function of the snapshot, the view and the size (<see cref="Screen"/>).
/// </summary>
internal sealed class TuiCollector(int framesPerSecond, ITerminal terminal) : ICollector
{
    // Keys are answered within this time even when frames come more slowly.
    private static readonly TimeSpan s_keyInterval = TimeSpan.FromMilliseconds(50);

    // What something else did to the terminal, a shell or a message of the runtime, stays no longer.
    private static readonly TimeSpan s_wholeInterval = TimeSpan.FromSeconds(1);

    // A person types slower than this many bytes in a key interval; what a paste has more waits for the next.
    private const int KeyBytesMax = 64;

    private readonly TimeSpan _frameInterval = TimeSpan.FromSeconds(1.0 / framesPerSecond);
    private readonly FramePainter _painter = new();

    public void Watch(RunControl control, Task run)
    {
        var screen = new TerminalScreen(terminal);

        // The signals are watched before the terminal is touched and until it is given back: there is no gap.
        using var stopSignals = new StopSignals(control, beforeExit: screen.Dispose);
        using var screenSignals = new ScreenSignals(screen);
        using (screen)
        {
            screen.Enter();
            Show(screen, control, run);
        }
    }

    private void Show(TerminalScreen screen, RunControl control, Task run)
    {
        var view = new ViewState();
        var clock = Stopwatch.StartNew();
        var nextFrame = TimeSpan.Zero;
        var nextWhole = TimeSpan.Zero;
        do
        {
            var (pressed, isNew) = ReadKeys(view, control);
            view = pressed;
            if (isNew || clock.Elapsed >= nextFrame)
            {
                var whole = clock.Elapsed >= nextWhole;
                if (whole)
                {
                    screen.Keep();
                    nextWhole = clock.Elapsed + s_wholeInterval;
                }

                Draw(screen, control, view, whole);
                nextFrame = clock.Elapsed + _frameInterval;
            }
        }
        while (!Ended(run, nextFrame - clock.Elapsed));
    }

    private (ViewState View, bool IsNew) ReadKeys(ViewState view, RunControl control)
    {
        Span<byte> keys = stackalloc byte[KeyBytesMax];
        var count = terminal.ReadKeys(keys);
        return (Keys.Press(keys[..count], view, control), count > 0);
    }

    private void Draw(TerminalScreen screen, RunControl control, ViewState view, bool whole)
    {
        var (width, height) = terminal.Size;
        var picture = Screen.Compose(
            control.Latest,
            view with { Paused = control.Paused, Ending = control.StopRequested },
            width,
            height);
        screen.Draw(_painter.Paint(picture, width, height, whole));
    }

    // WaitAny, because Wait would throw the run's exception here and not where the caller looks at it.
    private static bool Ended(Task run, TimeSpan untilFrame)
    {
        var wait = untilFrame < s_keyInterval ? untilFrame : s_keyInterval;
        return Task.WaitAny([run], wait > TimeSpan.Zero ? wait : TimeSpan.Zero) == 0;
    }
}

/// <summary>
/// What the keys do: <c>+</c> and <c>-</c> change the window, <c>p</c> (or space) pauses, <c>q</c> ends the run with a
/// full report. Ctrl-C is a signal and does not come here.
/// </summary>
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
