namespace Rinha.Cli;

/// <summary>
/// What a verb must take away again, however it ends: by itself, by an error, by Ctrl-C or by SIGTERM. A program in the
/// foreground gets the signal first, and the verb goes on when it has ended.
/// </summary>
internal sealed class CleanUp : IDisposable
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private Action? _end;

    public CleanUp(Action end)
    {
        _end = end;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    /// <summary>Takes it away.</summary>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        Interlocked.Exchange(ref _end, null)?.Invoke();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!Foreground.IsBusy)
        {
            Interlocked.Exchange(ref _end, null)?.Invoke();
            Environment.Exit(Exit.Failure);
        }
    }
}
