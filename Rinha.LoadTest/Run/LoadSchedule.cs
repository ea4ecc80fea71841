namespace Rinha.LoadTest.Run;

/// <summary>
/// When the requests of a run's part, warm-up or measured, are due: in an open loop at fixed times, in a closed loop
/// whenever a connection is free.
/// </summary>
/// <param name="options">The run.</param>
internal sealed class LoadSchedule(LoadOptions options)
{
    private const double NanosecondsPerSecond = 1e9;

    private bool _isWarmUp;
    private long _startedAtNs;
    private long _issued;

    /// <summary>When the part ends at the latest.</summary>
    public long EndsAtNs => (_isWarmUp ? options.WarmUp : options.Duration) is { } duration
        ? _startedAtNs + (long)duration.TotalNanoseconds
        : long.MaxValue;

    /// <summary>Whether all requests that were asked for have been issued.</summary>
    public bool IsUsedUp => !_isWarmUp && _issued >= options.Iterations;

    /// <summary>Begins a part.</summary>
    public void Begin(bool isWarmUp, long nowNs)
    {
        _isWarmUp = isWarmUp;
        _startedAtNs = nowNs;
        _issued = 0;
    }

    /// <summary>Leaves a pause out.</summary>
    public void SkipPause(long pauseNs) => _startedAtNs += pauseNs;

    /// <summary>When the next request should leave.</summary>
    public long NextAtNs(long nowNs) => options.Rate is { } rate
        ? _startedAtNs + (long)(_issued * (NanosecondsPerSecond / rate))
        : nowNs;

    /// <summary>Whether a request is to leave now.</summary>
    public bool IsDue(long nowNs)
    {
        var nextAtNs = NextAtNs(nowNs);
        return !IsUsedUp && nextAtNs < EndsAtNs && nextAtNs <= nowNs;
    }

    /// <summary>Issues a request.</summary>
    /// <returns>When it should have left.</returns>
    public long Issue(long nowNs)
    {
        var intendedAtNs = NextAtNs(nowNs);
        _issued++;
        return intendedAtNs;
    }
}
