using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// Reads a whole ledger in one snapshot and holds it against itself. Changes nothing and blocks no one; but as long as
// it reads, the write-ahead log cannot start over. Its memory is bounded: what it keeps meanwhile, a row for each
// account and key, goes to temporary files when it is large (https://www.sqlite.org/tempfiles.html says where).
internal static class LedgerAudit
{
    // Audits a ledger that others may be using; yields sleeps often, for a snapshot whose end no one waits for.
    // RefusalException: there is no such file, or it has another schema version.
    public static AuditReport Run(string path, bool yields = false)
    {
        if (!File.Exists(path))
        {
            throw new RefusalException($"there is no ledger at {path}");
        }

        var report = new AuditReport { WalBytes = LedgerFile.WalBytesOf(path) };
        try
        {
            using var database = Database.OpenToLook(path);
            if (yields)
            {
                database.YieldOften();
            }

            database.Execute($"""
                PRAGMA temp_store = FILE;
                PRAGMA cache_size = -{Limits.AuditCacheKib};
                PRAGMA temp.cache_size = -{Limits.AuditCacheKib};
                BEGIN;
                """);
            if (LedgerFile.VersionOf(database) is not { } version)
            {
                report.Add("schema", "it is no ledger: the application id is another one");
                return report;
            }

            if (LedgerFile.Versions.WhyRefused(version) is { } reason)
            {
                throw new RefusalException($"{path} {reason}");
            }

            if (TryCount(database, report))
            {
                foreach (var check in AuditChecks.All)
                {
                    Run(database, check, report);
                }
            }
        }
        catch (SqliteException error)
        {
            report.Add("schema", error.Message);
        }

        return report;
    }

    // What is damaged cannot always be counted; what lacks a table is no ledger.
    private static bool TryCount(Database database, AuditReport report)
    {
        try
        {
            Count(database, report);
            return true;
        }
        catch (SqliteException error)
        {
            var isDamaged = SqliteResult.Primary(error.ResultCode) == SqliteResult.Corrupt;
            report.Add(isDamaged ? "integrity" : "schema", error.Message);
            return isDamaged;
        }
    }

    private static void Run(Database database, AuditCheck check, AuditReport report)
    {
        try
        {
            database.Execute(check.Preparation);
            Action<string, string> add = check.IsWarning ? report.Warn : report.Add;
            database.ForEachRow(
                check.Name, check.Sql, row => add(check.Name, Encoding.UTF8.GetString(row.Bytes(0))));
        }
        catch (SqliteException error)
        {
            report.Add(check.Name, error.Message);
        }
    }

    private static void Count(Database database, AuditReport report)
    {
        report.Accounts = database.QueryInt64("SELECT count(*) FROM clientes");
        report.Transactions = database.QueryInt64("SELECT count(*) FROM transacoes");
        report.Keys = database.QueryInt64("SELECT count(*) FROM chaves");
        // In two halves: the sum of 64-bit balances has more bits.
        report.BalanceCents = ((Int128)database.QueryInt64("SELECT ifnull(sum(saldo >> 32), 0) FROM clientes") << 32)
            + database.QueryInt64("SELECT ifnull(sum(saldo & 0xFFFFFFFF), 0) FROM clientes");
        if (report.Transactions > 0)
        {
            report.Oldest = Time(database, "SELECT realizada_em FROM transacoes ORDER BY id LIMIT 1");
            report.Newest = Time(database, "SELECT realizada_em FROM transacoes ORDER BY id DESC LIMIT 1");
        }
    }

    // A damaged row may have a number that is no time.
    private static DateTime? Time(Database database, string sql) =>
        Timestamp.TryCreate(database.QueryInt64(sql), out var time) ? time.ToUtc() : null;
}

// Something wrong or odd in a ledger, in one line.
internal sealed record AuditFinding(string Check, string What);

// What an audit has counted and found.
internal sealed class AuditReport
{
    public long Accounts { get; set; }

    public long Transactions { get; set; }

    public long Keys { get; set; }

    // All balances together: each has 64 bits.
    public Int128 BalanceCents { get; set; }

    public long WalBytes { get; set; }

    // When the first transaction was posted, in UTC.
    public DateTime? Oldest { get; set; }

    public DateTime? Newest { get; set; }

    // The first Limits.AuditFindingsMax, in the order of the checks.
    public List<AuditFinding> Findings { get; } = [];

    public long FindingCount { get; private set; }

    // Oddities that do no harm: the ledger is sound with them.
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

    // Adds a warning. A check that warns gives one row.
    public void Warn(string check, string what) => Warnings.Add(new AuditFinding(check, what));
}
