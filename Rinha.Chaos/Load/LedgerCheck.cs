using System.Collections.Concurrent;

namespace Rinha.Chaos.Load;

// The oracle at the end of a campaign: every acknowledged transaction is in the ledger exactly once, nothing else is,
// each balance is the sum of its rows and within its limit, and the database's own check passes.
internal static class LedgerCheck
{
    // The bank may be running, but without a write in flight. isComplete: whether the log has every transaction that
    // was ever sent to this ledger.
    public static void Run(CampaignRun run, ILedgerSource ledger, TransactionLog log, bool isComplete = true)
    {
        CheckStorage(run, ledger);
        run.Check(Oracle.Rows(log, LedgerRows.Read(ledger), wasEmpty: isComplete));
        run.Check([log.WellFormed.ToResult(), log.WithinLimit.ToResult(), log.ConstantLimit.ToResult()]);
        run.Check(StatementChecks.Run(log));
    }

    // The same for the logs of several loads, which together have every transaction that was ever sent.
    public static void Run(CampaignRun run, ILedgerSource ledger, IReadOnlyList<TransactionLog> logs)
    {
        foreach (var log in logs)
        {
            Run(run, ledger, log, isComplete: false);
        }

        var unexplained = LedgerRows.Read(ledger).Rows.Keys.Count(text => !logs.Any(
            log => log.Acknowledged.ContainsKey(text) || log.Unknown.ContainsKey(text)));
        run.Check(unexplained == 0, () => $"{unexplained} rows that no load posted");
    }

    public static void CheckClients(CampaignRun run, ILedgerSource ledger)
    {
        CheckStorage(run, ledger);
        run.Check(Oracle.Clients(LedgerRows.Read(ledger)));
    }

    public static void CheckStorage(CampaignRun run, ILedgerSource ledger)
    {
        var damage = ledger.FindCorruption();
        run.Check(damage is null, () => damage!);
    }
}

internal readonly record struct PostedRow(
    long ClientId, long Sequence, long AmountCents, string Kind, string Text, long PostedAtUs)
{
    public long SignedCents => Kind == "d" ? -AmountCents : AmountCents;

    public static List<PostedRow> ReadAll(string databasePath)
    {
        var rows = new List<PostedRow>();
        using var connection = new SqliteLedgerSource(databasePath).Open();
        connection.ForEach(
            "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY id",
            row => rows.Add(new PostedRow(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3),
                row.GetString(4), row.GetInt64(5))));
        return rows;
    }
}

// Single requests to one server, bypassing nginx. Their transactions go into the log for the oracle. Thread-safe.
internal sealed class Probes(Bank bank)
{
    private readonly ConcurrentDictionary<long, (RawAnswer Answer, LoggedTransaction Transaction)> _posts = [];

    private long _nextText = TextCode.Count; // Counts down; the load counts up from the lower half.

    // Credits one cent.
    public (RawAnswer Answer, TimeSpan Time) Post(BankProcess api, int clientId = 1)
    {
        var text = Interlocked.Decrement(ref _nextText);
        var description = new byte[TextCode.Length];
        TextCode.Write(text, description);
        var json = $$"""{"valor":1,"tipo":"c","descricao":"{{Encoding.ASCII.GetString(description)}}"}""";
        var posted = Ask(api, "POST", $"/clientes/{clientId}/transacoes", json);
        _ = BankAnswer.TryReadTransaction(Encoding.UTF8.GetBytes(posted.Answer.Body), out _, out var balanceCents);
        _posts[text] = (posted.Answer, new LoggedTransaction(clientId, 1, balanceCents));
        return posted;
    }

    public (RawAnswer Answer, TimeSpan Time) Statement(BankProcess api, int clientId = 1) =>
        Ask(api, "GET", $"/clientes/{clientId}/extrato");

    // Adds the transactions to a log. A 503 with a known outcome counts as not applied; with isRefusalFinal, every 503.
    public void AddTo(TransactionLog log, bool isRefusalFinal = false)
    {
        foreach (var (text, (answer, transaction)) in _posts)
        {
            if (answer.Status == 503 && (isRefusalFinal || !answer.IsOutcomeUnknown()))
            {
                log.Refused.Add(text);
            }
            else
            {
                (answer.Status == 200 ? log.Acknowledged : log.Unknown)[text] = transaction;
            }
        }
    }

    private (RawAnswer Answer, TimeSpan Time) Ask(BankProcess api, string method, string path, string? json = null)
    {
        var watch = Stopwatch.StartNew();
        return (RawAnswer.Ask(bank.DirectTo(api), method, path, json), watch.Elapsed);
    }
}

internal static class RawAnswers
{
    public static bool Has(this RawAnswer answer, string header) =>
        answer.Head.Contains(header, StringComparison.OrdinalIgnoreCase);

    public static bool IsOutcomeUnknown(this RawAnswer answer) => answer.IsProblem(ProblemType.OutcomeUnknown);

    public static bool IsProblem(this RawAnswer answer, string type) =>
        BankAnswer.IsProblem(Encoding.UTF8.GetBytes(answer.Body), type);
}
