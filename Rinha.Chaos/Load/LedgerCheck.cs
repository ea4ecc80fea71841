namespace Rinha.Chaos.Load;

/// <summary>The oracle at the end of a campaign on a fresh ledger: every acknowledged transaction exactly once, no
/// other, balance = sum, balance never under minus the limit, and stored so that the database finds it sound.</summary>
internal static class LedgerCheck
{
    /// <summary>Looks into the ledger; the bank may go on meanwhile, but must have no write under way.</summary>
    /// <param name="isAll">Whether the log has all that was ever sent to the ledger.</param>
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

/// <summary>A row of the history, whole.</summary>
/// <param name="Kind"><c>c</c> or <c>d</c>.</param>
internal readonly record struct PostedRow(
    long ClientId, long Sequence, long AmountCents, string Kind, string Text, long PostedAtUs)
{
    public long SignedCents => Kind == "d" ? -AmountCents : AmountCents;

    /// <summary>Reads the whole history, in the order of its commits.</summary>
    public static List<PostedRow> ReadAll(string databasePath)
    {
        var rows = new List<PostedRow>();
        using var connection = new LedgerInFile(databasePath).Open();
        connection.ForEach(
            "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY id",
            row => rows.Add(new PostedRow(
                row.GetInt64(0),
                row.GetInt64(1),
                row.GetInt64(2),
                row.GetString(3),
                row.GetString(4),
                row.GetInt64(5))));
        return rows;
    }
}
