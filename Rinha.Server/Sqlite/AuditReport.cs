namespace Rinha.Server.Sqlite;

/// <summary>What an audit has counted and found.</summary>
internal sealed class AuditReport
{
    /// <summary>How many findings are kept in words; all are counted.</summary>
    public const int FindingsMax = 20;

    private readonly List<AuditFinding> _findings = [];
    private readonly List<AuditFinding> _warnings = [];

    /// <summary>How many accounts there are.</summary>
    public long Accounts { get; set; }

    /// <summary>How many transactions.</summary>
    public long Transactions { get; set; }

    /// <summary>How many idempotency keys are kept.</summary>
    public long Keys { get; set; }

    /// <summary>All balances together, in cents: each has 64 bits.</summary>
    public Int128 BalanceCents { get; set; }

    /// <summary>The length of the write-ahead log, in bytes; 0 when there is none.</summary>
    public long WalBytes { get; set; }

    /// <summary>When the first transaction was posted, in UTC; <see langword="null"/> when there is none.</summary>
    public DateTime? Oldest { get; set; }

    /// <summary>When the last one was.</summary>
    public DateTime? Newest { get; set; }

    /// <summary>The first <see cref="FindingsMax"/>, in the order of the checks.</summary>
    public IReadOnlyList<AuditFinding> Findings => _findings;

    /// <summary>How many there are.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Oddities that do no harm.</summary>
    public IReadOnlyList<AuditFinding> Warnings => _warnings;

    /// <summary>Whether nothing was found, warnings aside.</summary>
    public bool IsSound => FindingCount == 0;

    /// <summary>One more finding.</summary>
    public void Add(string check, string what)
    {
        FindingCount++;
        if (_findings.Count < FindingsMax)
        {
            _findings.Add(new AuditFinding(check, what.ReplaceLineEndings(" ")));
        }
    }

    /// <summary>One more oddity. A check that warns gives one row.</summary>
    public void Warn(string check, string what) => _warnings.Add(new AuditFinding(check, what));
}
