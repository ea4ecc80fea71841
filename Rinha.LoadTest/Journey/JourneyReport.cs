namespace Rinha.LoadTest.Journey;

/// <summary>
/// What <c>./rinha journey</c> has measured: the stages of a design, in the order in which it went through them
/// (docs/journey.md). The script writes every turn; the medians are made of them. A new meaning of a field needs a new
/// <see cref="Schema"/>; new fields do not.
/// </summary>
public sealed record JourneyReport
{
    /// <summary>The version of this document's form.</summary>
    public const string CurrentSchema = "rinha-journey/1";

    /// <summary>The load of connections that each wait for their answer.</summary>
    public const string Closed = "closed";

    /// <summary>The load of requests that leave on schedule.</summary>
    public const string Open = "open";

    /// <summary>The contest's simulation, in its short form.</summary>
    public const string Simulation = "simulation";

    public required string Schema { get; init; }

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    /// <summary>The load tester's version, with its commit where that is known.</summary>
    public required string Version { get; init; }

    /// <summary>When the first stage was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required MachineReport Machine { get; init; }

    /// <summary>Seconds of a turn, the simulation's left out.</summary>
    public required int Seconds { get; init; }

    /// <summary>Connections of the closed loop.</summary>
    public required int Connections { get; init; }

    /// <summary>Requests per second of the open loop.</summary>
    public required int Rate { get; init; }

    /// <summary>Each with all its turns.</summary>
    public required IReadOnlyList<StageReport> Stages { get; init; }
}
