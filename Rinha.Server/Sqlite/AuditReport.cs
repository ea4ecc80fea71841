namespace Rinha.Server.Sqlite;

/// <summary>Something wrong or odd in a ledger, in one line.</summary>
internal sealed record AuditFinding(string Check, string What);

/// <summary>What an audit has counted and found.</summary>
internal sealed class AuditReport
{
    /// <summary>How many findings are kept in words; all are counted.</summary>
    public const int FindingsMax = 20;

    private readonly List<AuditFinding> _findings = [];
    private readonly List<AuditFinding> _warnings = [];

    public long Accounts { get; set; }

    public long Transactions { get; set; }

    public long Keys { get; set; }

    /// <summary>All balances together: each has 64 bits.</summary>
    public Int128 BalanceCents { get; set; }

    public long WalBytes { get; set; }

    /// <summary>When the first transaction was posted, in UTC.</summary>
    public DateTime? Oldest { get; set; }

    public DateTime? Newest { get; set; }

    /// <summary>The first <see cref="FindingsMax"/>, in the order of the checks.</summary>
    public IReadOnlyList<AuditFinding> Findings => _findings;

    public long FindingCount { get; private set; }

    /// <summary>Oddities that do no harm: the ledger is sound with them.</summary>
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

    /// <summary>Adds a warning. A check that warns gives one row.</summary>
    public void Warn(string check, string what) => _warnings.Add(new AuditFinding(check, what));
}
