using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Chaos;

/// <summary>
/// The oracle at the end of a campaign on a fresh ledger: every acknowledged transaction exactly once, no other,
/// balance = sum, balance never under minus the limit, and stored so that the database finds it sound.
/// </summary>
internal static class LedgerCheck
{
    /// <summary>Looks into the ledger; the bank may go on meanwhile, but must have no write under way.</summary>
    /// <param name="run">Is told.</param>
    /// <param name="ledger">Where it is.</param>
    /// <param name="log">What was sent and answered.</param>
    /// <param name="isAll">Whether nobody else has sent anything.</param>
    public static void Run(CampaignRun run, ILedgerPlace ledger, TransactionLog log, bool isAll = true)
    {
        CheckStorage(run, ledger);
        run.Check(Oracle.Rows(log, LedgerRows.Read(ledger), wasEmpty: isAll));
        run.Check([log.Readable.ToResult(), log.WithinLimit.ToResult(), log.SameLimit.ToResult()]);
        run.Check(StatementChecks.Run(log));
    }

    /// <summary>Looks whether the books are right, whatever was sent.</summary>
    public static void CheckClients(CampaignRun run, ILedgerPlace ledger)
    {
        CheckStorage(run, ledger);
        run.Check(Oracle.Clients(LedgerRows.Read(ledger)));
    }

    /// <summary>Asks the database whether what it has stored is sound.</summary>
    public static void CheckStorage(CampaignRun run, ILedgerPlace ledger)
    {
        var damage = ledger.FindDamage();
        run.Check(damage is null, () => damage!);
    }
}
