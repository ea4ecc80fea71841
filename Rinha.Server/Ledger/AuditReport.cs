namespace Rinha.Server.Ledger;

// A violation or a warning, in one line.
internal sealed record AuditFinding(string Check, string What);

// The counts and findings of an audit.
internal sealed class AuditReport
{
    public long Accounts { get; set; }

    public long Transactions { get; set; }

    public long Keys { get; set; }

    // The sum of all balances.
    public Int128 BalanceCents { get; set; }

    // Null for a ledger without a file.
    public long? WalBytes { get; init; }

    // The first transaction's time in UTC.
    public DateTime? Oldest { get; set; }

    public DateTime? Newest { get; set; }

    // The first Limits.AuditFindingsMax, in the order of the checks.
    public List<AuditFinding> Findings { get; } = [];

    public long FindingCount { get; private set; }

    // Harmless oddities: a ledger with warnings is sound.
    public List<AuditFinding> Warnings { get; } = [];

    public bool IsSound => FindingCount == 0;

    public void Add(string check, string what)
    {
        FindingCount++;
        if (Findings.Count < Limits.AuditFindingsMax)
        {
            Findings.Add(new AuditFinding(check, what.ReplaceLineEndings(" ")));
        }
    }

    // Unbounded: a warning check returns one row.
    public void Warn(string check, string what) => Warnings.Add(new AuditFinding(check, what));
}
