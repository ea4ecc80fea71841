namespace Rinha.Server.Sqlite;

/// <summary>Something wrong or odd in a ledger.</summary>
/// <param name="Check">The check that found it.</param>
/// <param name="What">What it is, in one line.</param>
internal sealed record AuditFinding(string Check, string What);
