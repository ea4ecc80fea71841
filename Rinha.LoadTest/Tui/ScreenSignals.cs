using System.Runtime.InteropServices;

namespace Rinha.LoadTest.Tui;

/// <summary>
/// Gives the terminal back in the ways a process can end without unwinding the viewer's stack: an exit or an unhandled
/// exception on another thread, and Ctrl-\. (Ctrl-C and SIGTERM are StopSignals' business.)
/// </summary>
internal sealed class ScreenSignals : IDisposable
{
    private readonly TerminalScreen _screen;
    private readonly PosixSignalRegistration _quit;

    /// <summary>Watches over the screen from now on.</summary>
    public ScreenSignals(TerminalScreen screen)
    {
        _screen = screen;
        _quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => _screen.Dispose());
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandledException;
    }

    /// <summary>Stops watching.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandledException;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _quit.Dispose();
    }

    private void OnExit(object? sender, EventArgs arguments) => _screen.Dispose();

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs arguments) => _screen.Dispose();
}
