using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Chaos;

/// <summary>
/// The oracle at the end of a campaign on a fresh ledger: every acknowledged transaction exactly once, no other,
/// balance = sum, balance never under minus the limit, and a file that SQLite finds sound.
/// </summary>
internal static class LedgerCheck
{
    /// <summary>Looks into the file; the bank may go on meanwhile, but must have no write under way.</summary>
    /// <param name="run">Is told.</param>
    /// <param name="databasePath">The ledger.</param>
    /// <param name="log">What was sent and answered.</param>
    /// <param name="isAll">Whether nobody else has sent anything.</param>
    public static void Run(CampaignRun run, string databasePath, TransactionLog log, bool isAll = true)
    {
        CheckFile(run, databasePath);
        run.Check(Oracle.Rows(log, LedgerRows.Read(databasePath), wasEmpty: isAll));
        run.Check([log.Readable.ToResult(), log.WithinLimit.ToResult(), log.SameLimit.ToResult()]);
        run.Check(StatementChecks.Run(log));
    }

    /// <summary>Looks whether the books are right, whatever was sent.</summary>
    public static void CheckClients(CampaignRun run, string databasePath)
    {
        CheckFile(run, databasePath);
        run.Check(Oracle.Clients(LedgerRows.Read(databasePath)));
    }

    /// <summary>Asks SQLite whether the file is sound.</summary>
    public static void CheckFile(CampaignRun run, string databasePath)
    {
        using var connection = new SqliteConnection($"Data Source={databasePath};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1)";
        var answer = command.ExecuteScalar() as string;
        run.Check(answer == "ok", () => $"{Path.GetFileName(databasePath)}: {answer}");
    }
}
