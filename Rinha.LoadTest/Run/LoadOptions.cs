namespace Rinha.LoadTest.Run;

/// <summary>What a load run is to do.</summary>
internal sealed record LoadOptions
{
    /// <summary>How many connections are open at once; 1 or more.</summary>
    public required int Connections { get; init; }

    /// <summary>How long to measure; <see langword="null"/> when <see cref="Iterations"/> ends the run.</summary>
    public required TimeSpan? Duration { get; init; }

    /// <summary>How many requests to make.</summary>
    public long? Iterations { get; init; }

    /// <summary>Requests per second on a fixed schedule; <see langword="null"/> for a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>How long to run before measuring.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>Which requests.</summary>
    public Mix Mix { get; init; } = Mix.Contest;

    /// <summary>How many accounts are asked for: 1 to this.</summary>
    public int Accounts { get; init; } = RequestSequence.Clients;

    /// <summary>The amount of every transaction; at random when not given.</summary>
    public int? AmountCents { get; init; }

    /// <summary>Whether each request has a connection of its own. To connect is not in the latencies.</summary>
    public bool ClosesConnections { get; init; }

    /// <summary>The seed of the request sequence.</summary>
    public int Seed { get; init; }

    /// <summary>How long a request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long making a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether each transaction has a text of its own; with <see cref="HasKeys"/> it always has.</summary>
    public bool DistinctTexts { get; init; }

    /// <summary>Whether each transaction is sent with an idempotency key of its own.</summary>
    public bool Keys { get; init; }

    /// <summary>
    /// How long a request that comes to nothing, or is answered 5xx, is sent again, always with its key;
    /// <see langword="null"/> for never.
    /// </summary>
    public TimeSpan? RetryFor { get; init; }

    /// <summary>Whether transactions have keys: a retry without one might be applied twice.</summary>
    public bool HasKeys => Keys || RetryFor is not null;
}
