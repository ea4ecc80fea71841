using Rinha.LoadTest.Collect;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// What the keys do: <c>+</c> and <c>-</c> change the window, <c>p</c> (or space) pauses, <c>q</c> ends the run with a
/// full report. Ctrl-C is a signal and does not come here.
/// </summary>
internal static class Keys
{
    private const byte Escape = 0x1B;

    /// <summary>Takes what was typed, key by key.</summary>
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
