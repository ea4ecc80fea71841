using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// Checks a whole ledger for consistency in one snapshot. Read-only and without locks, but the write-ahead log cannot
// start over until it ends. Memory is bounded: it keeps a row for each account and key in temporary tables, which spill
// to files (https://www.sqlite.org/tempfiles.html says where).
internal static class LedgerAudit
{
    // Audits a ledger, even one in use; isThrottled leaves most of the CPU to others. RefusalException: there is no
    // such file, or it has another schema version.
    public static AuditReport Run(string path, bool isThrottled = false)
    {
        if (!File.Exists(path))
        {
            throw new RefusalException($"there is no ledger at {path}");
        }

        var report = new AuditReport { WalBytes = LedgerFile.WalBytesOf(path) };
        try
        {
            using var database = LedgerFile.OpenSnapshot(path);
            if (isThrottled)
            {
                database.Throttle();
            }

            if (LedgerFile.VersionOf(database) is not { } version)
            {
                report.Add("schema", "not a ledger: it has another application id");
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

    // False if a table is missing: then it is not a ledger. In a damaged ledger the checks still run.
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
        // Two halves, since the sum of 64-bit balances may overflow SQLite's 64 bits.
        report.BalanceCents = ((Int128)database.QueryInt64("SELECT ifnull(sum(saldo >> 32), 0) FROM clientes") << 32)
            + database.QueryInt64("SELECT ifnull(sum(saldo & 0xFFFFFFFF), 0) FROM clientes");
        if (report.Transactions > 0)
        {
            report.Oldest = Time(database, "SELECT min(realizada_em) FROM transacoes");
            report.Newest = Time(database, "SELECT max(realizada_em) FROM transacoes");
        }
    }

    // Null if a damaged row holds a number outside the range of times.
    private static DateTime? Time(Database database, string sql) =>
        Timestamp.TryCreate(database.QueryInt64(sql), out var time) ? time.ToUtc() : null;
}
