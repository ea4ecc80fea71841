namespace Rinha.LoadTest.Run;

internal sealed record LoadOptions
{
    /// <summary>How many connections are open at once; 1 or more.</summary>
    public required int Connections { get; init; }

    /// <summary>How long to measure; <see langword="null"/> when <see cref="Iterations"/> ends the run.</summary>
    public required TimeSpan? Duration { get; init; }

    public long? Iterations { get; init; }

    /// <summary>Requests per second on a fixed schedule; <see langword="null"/> for a closed loop.</summary>
    public double? Rate { get; init; }

    public TimeSpan WarmUp { get; init; }

    public Mix Mix { get; init; } = Mix.Contest;

    /// <summary>How many accounts are asked for: 1 to this.</summary>
    public int Accounts { get; init; } = RequestSequence.Clients;

    /// <summary>The amount of every transaction; at random when not given.</summary>
    public int? AmountCents { get; init; }

    /// <summary>Whether each request has a connection of its own. To connect is not in the latencies.</summary>
    public bool ClosesConnections { get; init; }

    public int Seed { get; init; }

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether each transaction has a text of its own; with <see cref="HasKeys"/> it always has.</summary>
    public bool DistinctTexts { get; init; }

    /// <summary>Whether each transaction is sent with an idempotency key of its own.</summary>
    public bool Keys { get; init; }

    /// <summary>
    /// How long a failed request, or one answered 5xx, is sent again, always with its key; <see langword="null"/> for
    /// never.
    /// </summary>
    public TimeSpan? RetryFor { get; init; }

    /// <summary>Whether transactions have keys: a retry without one might be applied twice.</summary>
    public bool HasKeys => Keys || RetryFor is not null;
}

/// <summary>
/// When the requests of a run's part, warm-up or measured, are due: in an open loop at fixed times, in a closed loop
/// whenever a connection is free.
/// </summary>
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

    public void Begin(bool isWarmUp, long nowNs)
    {
        _isWarmUp = isWarmUp;
        _startedAtNs = nowNs;
        _issued = 0;
    }

    public void SkipPause(long pauseNs) => _startedAtNs += pauseNs;

    public long NextAtNs(long nowNs) => options.Rate is { } rate
        ? _startedAtNs + (long)(_issued * (NanosecondsPerSecond / rate))
        : nowNs;

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
