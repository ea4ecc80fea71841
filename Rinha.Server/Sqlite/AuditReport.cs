namespace Rinha.Server.Sqlite;

// Something wrong or odd in a ledger, in one line.
internal sealed record AuditFinding(string Check, string What);

// What an audit has counted and found.
internal sealed class AuditReport
{
    // How many findings are kept in words; all are counted.
    public const int FindingsMax = 20;

    public long Accounts { get; set; }

    public long Transactions { get; set; }

    public long Keys { get; set; }

    // All balances together: each has 64 bits.
    public Int128 BalanceCents { get; set; }

    public long WalBytes { get; set; }

    // When the first transaction was posted, in UTC.
    public DateTime? Oldest { get; set; }

    public DateTime? Newest { get; set; }

    // The first FindingsMax, in the order of the checks.
    public List<AuditFinding> Findings { get; } = [];

    public long FindingCount { get; private set; }

    // Oddities that do no harm: the ledger is sound with them.
    public List<AuditFinding> Warnings { get; } = [];

    public bool IsSound => FindingCount == 0;

    public void Add(string check, string what)
    {
        FindingCount++;
        if (Findings.Count < FindingsMax)
        {
            Findings.Add(new AuditFinding(check, what.ReplaceLineEndings(" ")));
        }
    }

    // Adds a warning. A check that warns gives one row.
    public void Warn(string check, string what) => Warnings.Add(new AuditFinding(check, what));
}
