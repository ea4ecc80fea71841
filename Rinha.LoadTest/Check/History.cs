using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

// What was sent and answered, beside the ledger's rows: each row with the request that posted it. Tens of millions of
// requests: plain arrays of indexes.
internal sealed class History
{
    public const int NoRequest = -1; // Of a row that another program posted.

    private readonly int[] _requestOfRow; // By LedgerRows' number.
    private readonly int[] _byText; // Transactions, ascending by text.

    public History(IReadOnlyList<TransactionLog> logs, LedgerRows ledger)
    {
        Ledger = ledger;
        Requests = logs.Count == 1 ? logs[0].Requests : Merge(logs);
        LimitsCents = logs.SelectMany(log => log.LimitsCents).Distinct()
            .ToLookup(limit => limit.Key, limit => limit.Value);
        _byText = new int[Requests.Count];
        var texts = new long[Requests.Count];
        var count = 0;
        for (var index = 0; index < Requests.Count; index++)
        {
            if (Requests[index].Outcome is not (Outcome.Statement or Outcome.Page))
            {
                (texts[count], _byText[count]) = (Requests[index].Text, index);
                count++;
            }
        }

        Array.Resize(ref _byText, count);
        Array.Sort(texts, _byText, 0, count);
        _requestOfRow = new int[ledger.RowCount];
        Array.Fill(_requestOfRow, NoRequest);
    }

    public LedgerRows Ledger { get; }

    public BlockList<LoggedRequest> Requests { get; }

    // By client id, as answered.
    public ILookup<int, long> LimitsCents { get; }

    // The request that posted a row, or NoRequest. After CompareRows.
    public int RequestOf(int row) => _requestOfRow[row];

    // Each transaction is in the ledger as its answer says. Foreign rows are violations only if the logs are complete.
    public IReadOnlyList<CheckResult> CompareRows(bool isComplete)
    {
        var once = new CheckCounter("every acknowledged transaction is in the ledger exactly once");
        var right = new CheckCounter("every transaction in the ledger is as sent");
        var refused = new CheckCounter("no refused transaction is in the ledger");
        var unavailable = new CheckCounter("no transaction answered 503 is in the ledger");
        var others = new CheckCounter("no other transaction is in the ledger");
        var same = new CheckCounter("a transaction has one answer, however often it is sent");
        var texts = Ledger.Texts;
        var place = 0; // In texts.
        for (var next = 0; next < _byText.Length; next++)
        {
            var index = _byText[next];
            var request = Requests[index];
            var before = Requests[_byText[Math.Max(next - 1, 0)]];
            var isAgain = next > 0 && before.Text == request.Text;
            same.Check(
                !isAgain || AreOne(before, request), () => $"{Describe(before)}, then {Describe(request)}");
            if (isAgain)
            {
                continue;
            }

            for (; place < texts.Length && texts[place] < request.Text; place++)
            {
                ReportOther(place);
            }

            var first = place;
            for (; place < texts.Length && texts[place] == request.Text; place++)
            {
                var row = Ledger.RowAt(place);
                refused.Check(request.Outcome != Outcome.Refused, () => Describe(request));
                unavailable.Check(request.Outcome != Outcome.Unavailable, () => Describe(request));
                var isKnown = request.Outcome is Outcome.Acknowledged or Outcome.Unknown;
                others.Check(isKnown, () => $"client {row.ClientId}: {row.SignedCents}");
                if (isKnown)
                {
                    _requestOfRow[Ledger.NumberAt(place)] = index;
                    right.Check(
                        row.ClientId == request.ClientId && row.SignedCents == request.SignedCents && place == first,
                        () => $"client {row.ClientId}: {row.SignedCents}, sent {request.SignedCents} for "
                            + $"{request.ClientId}");
                }
            }

            var count = place - first;
            if (request.Outcome == Outcome.Acknowledged)
            {
                once.Check(count == 1, () => $"client {request.ClientId}: {count} times");
            }
        }

        for (; place < texts.Length; place++)
        {
            ReportOther(place);
        }

        others.Check(Ledger.Unrecognized == 0, () => $"{Ledger.Unrecognized} with an unknown text");
        CheckCounter[] all = [once, right, refused, unavailable, same, others];
        return [.. all.SkipLast(isComplete ? 0 : 1).Select(counter => counter.ToResult())];

        void ReportOther(int at) => others.Check(
            false, () => $"client {Ledger.RowAt(at).ClientId}: {Ledger.RowAt(at).SignedCents}");
    }

    // Times in milliseconds, of the machine's monotonic clock.
    public static string Describe(in LoggedRequest request)
    {
        var times = request.EndedAtNs == LoggedRequest.Never
            ? $"from {request.BeganAtNs / 1e6:F3} ms"
            : $"{request.BeganAtNs / 1e6:F3}-{request.EndedAtNs / 1e6:F3} ms";
        var kind = request.SignedCents < 0 ? "debit" : "credit";
        return request.Outcome switch
        {
            Outcome.Statement => $"[{times}] client {request.ClientId}: statement, balance {request.BalanceCents}",
            Outcome.Page => $"[{times}] client {request.ClientId}: page of {request.SignedCents} from {request.Text}",
            Outcome.Acknowledged => $"[{times}] client {request.ClientId}: {kind} of {Math.Abs(request.SignedCents)}, "
                + $"200, balance {request.BalanceCents}",
            var outcome => $"[{times}] client {request.ClientId}: {kind} of {Math.Abs(request.SignedCents)}, {outcome}",
        };
    }

    private static bool AreOne(in LoggedRequest one, in LoggedRequest other) =>
        one.Outcome == other.Outcome && one.BalanceCents == other.BalanceCents
        && one.SignedCents == other.SignedCents && one.ClientId == other.ClientId;

    private static BlockList<LoggedRequest> Merge(IEnumerable<TransactionLog> logs)
    {
        var all = new BlockList<LoggedRequest>();
        foreach (var request in logs.SelectMany(log => log.Requests))
        {
            all.Add(request);
        }

        return all;
    }
}
