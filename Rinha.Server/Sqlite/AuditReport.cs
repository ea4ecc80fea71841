namespace Rinha.Server.Sqlite;

// Something wrong or odd in a ledger, in one line.
internal sealed record AuditFinding(string Check, string What);

// What an audit has counted and found.
internal sealed class AuditReport
{
    // How many findings are kept in words; all are counted.
    public const int FindingsMax = 20;

    private readonly List<AuditFinding> _findings = [];
    private readonly List<AuditFinding> _warnings = [];

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
    public IReadOnlyList<AuditFinding> Findings => _findings;

    public long FindingCount { get; private set; }

    // Oddities that do no harm: the ledger is sound with them.
    public IReadOnlyList<AuditFinding> Warnings => _warnings;

    public bool IsSound => FindingCount == 0;

    public void Add(string check, string what)
    {
        FindingCount++;
        if (_findings.Count < FindingsMax)
        {
            _findings.Add(new AuditFinding(check, what.ReplaceLineEndings(" ")));
        }
    }

    // Adds a warning. A check that warns gives one row.
    public void Warn(string check, string what) => _warnings.Add(new AuditFinding(check, what));
}
