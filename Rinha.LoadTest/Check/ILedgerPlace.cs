using System.Data.Common;

namespace Rinha.LoadTest.Check;

/// <summary>Where a ledger's tables are, for the oracle, which looks at them past the servers.</summary>
internal interface ILedgerPlace
{
    /// <summary>
    /// The whole history: client, number, amount in cents, kind, text as UTF-8 and time in microseconds since 1970;
    /// each client's rows in their order.
    /// </summary>
    string HistorySql { get; }

    /// <summary>
    /// Each client and its last ten rows (<see cref="NewestRows"/>); <see langword="null"/> where a client's row does
    /// not have them.
    /// </summary>
    string? NewestSql { get; }

    /// <summary>A connection of its own; all that is read over it is one snapshot, while writers go on.</summary>
    /// <exception cref="DbException">It cannot be read.</exception>
    DbConnection OpenSnapshot();

    /// <summary>Asks the database whether what it has stored is sound.</summary>
    /// <returns>What is not; <see langword="null"/> for nothing.</returns>
    string? FindDamage();
}
