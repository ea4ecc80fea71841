namespace Rinha.Bench;

/// <summary>
/// Waits for a number of completions that other threads may bring. It sleeps at once, as the server's threads do: one
/// that spins would take the core from those it waits for.
/// </summary>
internal sealed class Countdown : IDisposable
{
    private readonly ManualResetEventSlim _zero = new(initialState: false, spinCount: 0);
    private int _left;

    /// <summary>Begins to count; the last count must be over.</summary>
    public void Start(int count)
    {
        _zero.Reset();
        Volatile.Write(ref _left, count);
    }

    /// <summary>One less to wait for.</summary>
    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _zero.Set();
        }
    }

    /// <summary>Waits until there is nothing left to wait for.</summary>
    /// <exception cref="TimeoutException">It takes longer than anything that works.</exception>
    public void Wait()
    {
        if (!_zero.Wait(TimeSpan.FromSeconds(20)))
        {
            throw new TimeoutException($"{_left} completions are missing");
        }
    }

    public void Dispose() => _zero.Dispose();
}
