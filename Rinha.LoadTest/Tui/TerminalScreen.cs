namespace Rinha.LoadTest.Tui;

/// <summary>
/// Owns what the live screen changes of a terminal (the alternate screen, the cursor, the line wrap, the key mode) and
/// gives it back exactly once. Restoring may come from any thread, a signal's included; nothing is drawn after it.
/// </summary>
internal sealed class TerminalScreen(ITerminal terminal) : IDisposable
{
    /// <summary>Alternate screen, no cursor, no line wrap (a frame too wide for a moment must not scroll).</summary>
    internal const string EnterCodes = "\e[?1049h" + KeepCodes + "\e[2J\e[H";

    /// <summary>What may get lost and can be said again without harm.</summary>
    internal const string KeepCodes = "\e[?7l\e[?25l";

    /// <summary>
    /// Undoes <see cref="EnterCodes"/>, after an end of the frame under way (see <see cref="FramePainter"/>) and of its
    /// colours; and the application keys, which the runtime's console turns on and never off.
    /// </summary>
    internal const string RestoreCodes = "\e[?2026l\e[0m\e[?25h\e[?7h\e[?1l\e>\e[?1049l";

    private readonly Lock _lock = new();
    private bool _entered;
    private bool _restored;

    /// <summary>Takes the terminal over. Whatever goes wrong here, what was done is undone by disposing.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            if (_restored)
            {
                return;
            }

            // Before the first change: if that fails half-way, there is something to undo.
            _entered = true;
            terminal.EnterKeyMode();
            terminal.Write(EnterCodes);
        }
    }

    /// <summary>
    /// Says again how the terminal is to be, to be done now and then: the shell and the runtime change it when the
    /// process was stopped (SIGSTOP) and goes on.
    /// </summary>
    public void Keep()
    {
        lock (_lock)
        {
            if (_entered && !_restored)
            {
                terminal.EnterKeyMode();
                terminal.Write(KeepCodes);
            }
        }
    }

    /// <summary>Puts text on the screen, unless the terminal was given back.</summary>
    public void Draw(string text)
    {
        lock (_lock)
        {
            if (_entered && !_restored && text.Length > 0)
            {
                terminal.Write(text);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_entered || _restored)
            {
                _restored = true;
                return;
            }

            _restored = true;
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
}

/// <summary>
/// Gives the terminal back in the ways a process can end without unwinding the viewer's stack: an exit or an unhandled
/// exception on another thread, and Ctrl-\. (Ctrl-C and SIGTERM are StopSignals' business.)
/// </summary>
internal sealed class ScreenSignals : IDisposable
{
    private readonly TerminalScreen _screen;
    private readonly PosixSignalRegistration _quit;

    public ScreenSignals(TerminalScreen screen)
    {
        _screen = screen;
        _quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => _screen.Dispose());
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _quit.Dispose();
    }

    private void OnExit(object? sender, EventArgs arguments) => _screen.Dispose();

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs arguments) => _screen.Dispose();
}
