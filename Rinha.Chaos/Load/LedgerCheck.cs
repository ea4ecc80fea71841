using System.Collections.Concurrent;

namespace Rinha.Chaos.Load;

// The oracle at the end of a campaign: every acknowledged transaction is in the ledger exactly once, nothing else is,
// each balance is the sum of its rows and within its limit, and the database's own check passes.
internal static class LedgerCheck
{
    // The bank may be running, but without a write in flight. The logs have every transaction that was ever sent to
    // this ledger. isTimed: whether none of them has been taken back (by a reset, or a power loss).
    public static void Run(
        CampaignRun run, ILedgerSource ledger, IReadOnlyList<TransactionLog> logs, bool isTimed = true)
    {
        CheckStorage(run, ledger);
        run.Check(Oracle.Rows(logs, LedgerRows.Read(ledger), isComplete: true, isTimed));
        foreach (var log in logs)
        {
            run.Check([log.WellFormed.ToResult(), log.WithinLimit.ToResult(), log.ConstantLimit.ToResult()]);
        }
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
    private readonly ConcurrentDictionary<long, (RawAnswer Answer, LoggedRequest Request)> _posts = [];

    private long _nextText = TextCode.Count; // Counts down; the load counts up from the lower half.

    // Credits one cent.
    public (RawAnswer Answer, TimeSpan Time) Post(BankProcess api, int clientId = 1)
    {
        var text = Interlocked.Decrement(ref _nextText);
        var description = new byte[TextCode.Length];
        TextCode.Write(text, description);
        var json = $$"""{"valor":1,"tipo":"c","descricao":"{{Encoding.ASCII.GetString(description)}}"}""";
        var beganAtNs = Clock.NowNs;
        var posted = Ask(api, "POST", $"/clientes/{clientId}/transacoes", json);
        _ = BankAnswer.TryReadTransaction(Encoding.UTF8.GetBytes(posted.Answer.Body), out _, out var balanceCents);
        var outcome = posted.Answer.Status == 200 ? Outcome.Acknowledged : Outcome.Unknown;
        var endedAtNs = outcome == Outcome.Acknowledged ? Clock.NowNs : LoggedRequest.Never;
        _posts[text] = (posted.Answer, new LoggedRequest(outcome, clientId, 1, text, beganAtNs, endedAtNs)
        {
            BalanceCents = balanceCents,
        });
        return posted;
    }

    public (RawAnswer Answer, TimeSpan Time) Statement(BankProcess api, int clientId = 1) =>
        Ask(api, "GET", $"/clientes/{clientId}/extrato");

    // Adds the transactions to a log. A 503 with a known outcome counts as not applied; with isRefusalFinal, every 503.
    public void AddTo(TransactionLog log, bool isRefusalFinal = false)
    {
        foreach (var (answer, request) in _posts.Values)
        {
            var isRuledOut = answer.Status == 503 && (isRefusalFinal || !answer.IsOutcomeUnknown());
            log.Add(request with { Outcome = isRuledOut ? Outcome.Unavailable : request.Outcome });
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
