namespace Rinha.Server.Sqlite;

/// <summary>One thing that a sound ledger never has.</summary>
/// <param name="Name">What is checked, in a word or two with hyphens.</param>
/// <param name="Preparation">
/// Statements to run first, in the same snapshot: they may fill temporary tables, for this check and those after it.
/// </param>
/// <param name="Sql">A query with one column: a row, in words, for each violation.</param>
/// <param name="IsWarning">Whether a violation is worth a look, but does no harm: the ledger is sound with it.</param>
internal sealed record AuditCheck(string Name, string Preparation, string Sql, bool IsWarning = false);
