using Rinha.LoadTest.Chaos.Postgres;

namespace Rinha.LoadTest.Chaos;

/// <summary>How a campaign wants its bank.</summary>
internal sealed record BankOptions
{
    /// <summary>RINHA_SYNCHRONOUS: NORMAL or FULL.</summary>
    public string Synchronous { get; init; } = "NORMAL";

    /// <summary>Where the database is; <see langword="null"/> for a directory of the campaign's own.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// The database that has the ledger, which is running; <see langword="null"/> when the ledger is a file.
    /// </summary>
    public PostgresServer? Postgres { get; init; }

    /// <summary>How the APIs get to <see cref="Postgres"/>; <see langword="null"/> for over its own socket.</summary>
    public string? PostgresUrl { get; init; }

    /// <summary>More variables of both APIs' environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the fault library is loaded into both APIs.</summary>
    public bool Faults { get; init; }
}
