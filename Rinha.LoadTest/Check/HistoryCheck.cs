using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

// Checks that the answers of a run are those of a bank that does one thing after the other, in an order that respects
// real time: strict serializability, client by client, since no request concerns two. The ledger's sequence is that
// order, so there is no search: each client takes one sweep over its requests, as they began.
//
// A version of a client is its state after so many transactions. A transaction makes the version of its sequence
// number; a statement or page shows one; a refusal was at one that refuses it, the earliest possible.
internal sealed class HistoryCheck(History history, bool isComplete)
{
    private const int StatementLines = 10;
    private const int PageLines = 20; // docs/api.md
    private const int NoVersion = -1; // What a request saw cannot be told.

    private readonly CheckCounter _order = new("a request sees all that was answered before it was sent");
    private readonly CheckCounter _refusal = new("at some moment of a refusal the balance refused it");
    private readonly CheckCounter _balance = new("a transaction's answer has the balance that it left");
    private readonly CheckCounter _statement = new("a statement's balance and transactions are of one moment");
    private readonly CheckCounter _page = new("a page of the history has the ledger's transactions");
    private readonly CheckCounter _limit = new("an answer's limit is the ledger's");

    private bool IsComplete => isComplete;

    // isTimed: false checks balances and limits alone.
    public IReadOnlyList<CheckResult> Run(bool isTimed)
    {
        var reads = ReadsByClient();
        foreach (var client in history.Ledger.Clients)
        {
            foreach (var limitCents in history.LimitsCents[(int)client.Id])
            {
                _limit.Check(
                    limitCents == client.LimitCents,
                    () => $"client {client.Id}: answered {limitCents}, in the ledger {client.LimitCents}");
            }

            // Otherwise reported already.
            if (client.IsInSequence)
            {
                new ClientSweep(this, history, client, reads.GetValueOrDefault((int)client.Id) ?? []).Run(isTimed);
            }
        }

        CheckCounter[] counters = isTimed
            ? [_balance, _limit, _statement, _page, _order, _refusal]
            : [_balance, _limit];
        return [.. counters.Select(counter => counter.ToResult())];
    }

    // Statements, pages and refusals.
    private Dictionary<int, List<int>> ReadsByClient()
    {
        var reads = new Dictionary<int, List<int>>();
        for (var index = 0; index < history.Requests.Count; index++)
        {
            ref readonly var request = ref history.Requests[index];
            if (request.Outcome is Outcome.Statement or Outcome.Page or Outcome.Refused)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(reads, request.ClientId, out _) ??= []).Add(index);
            }
        }

        return reads;
    }

    // One client's sweep. An operation is a number: a version, or behind all versions a read.
    private sealed class ClientSweep(HistoryCheck check, History history, LedgerRows.Client client, List<int> reads)
    {
        private readonly int _versions = (int)client.Rows;
        private readonly long[] _balancesCents = new long[client.Rows + 1]; // By version.
        private readonly long[] _begunByNs = new long[client.Rows + 1]; // When its last transaction was sent.
        private readonly int[] _versionOfRead = new int[reads.Count];
        private int _ownFrom = (int)client.Rows + 1; // The first version that a logged request made.

        public void Run(bool isTimed)
        {
            ReplayRows();
            if (!isTimed)
            {
                return;
            }

            var (begins, begun) = Operations(request => request.BeganAtNs);
            var (ends, ended) = Operations(request => request.EndedAtNs);
            var (floor, floorBy, next) = (0, 0, 0);
            for (var at = 0; at < begun.Length; at++)
            {
                // What had ended when this operation began: a client may send the next request in the same instant.
                for (; next < ended.Length && ends[next] <= begins[at]; next++)
                {
                    if (VersionOf(ended[next]) is var seen && seen > floor)
                    {
                        (floor, floorBy) = (seen, ended[next]);
                    }
                }

                Place(begun[at], floor, floorBy);
            }
        }

        // The balance of each version, and the answer that goes with it.
        private void ReplayRows()
        {
            _begunByNs[0] = long.MinValue;
            var rows = history.Ledger.RowsOf(client);
            for (var version = 1; version <= _versions; version++)
            {
                _balancesCents[version] = _balancesCents[version - 1] + rows[version - 1].SignedCents;
                var index = history.RequestOf(client.FirstRow + version - 1);
                _begunByNs[version] = _begunByNs[version - 1];
                if (index == History.NoRequest)
                {
                    continue;
                }

                var request = history.Requests[index];
                _ownFrom = Math.Min(_ownFrom, version);
                _begunByNs[version] = Math.Max(_begunByNs[version], request.BeganAtNs);
                if (request.Outcome == Outcome.Acknowledged)
                {
                    var left = _balancesCents[version];
                    check._balance.Check(
                        request.BalanceCents == left, () => $"{History.Describe(request)}: it left {left}");
                }
            }
        }

        // The operations that have such a time, ascending.
        private (long[] TimesNs, int[] Operations) Operations(Func<LoggedRequest, long> timeOf)
        {
            var times = new long[_versions + reads.Count];
            var operations = new int[times.Length];
            var count = 0;
            for (var operation = 1; operation <= times.Length; operation++)
            {
                if (IndexOf(operation) is not History.NoRequest and var index
                    && timeOf(history.Requests[index]) is < LoggedRequest.Never and var time)
                {
                    (times[count], operations[count]) = (time, operation);
                    count++;
                }
            }

            Array.Resize(ref times, count);
            Array.Resize(ref operations, count);
            Array.Sort(times, operations);
            return (times, operations);
        }

        private bool IsRead(int operation) => operation > _versions;

        private int IndexOf(int operation) => IsRead(operation)
            ? reads[operation - _versions - 1]
            : history.RequestOf(client.FirstRow + operation - 1);

        // Of an operation that the sweep has placed.
        private int VersionOf(int operation) =>
            IsRead(operation) ? _versionOfRead[operation - _versions - 1] : operation;

        // Finds the operation's version, which is not below the floor: what had ended before it began saw that one.
        private void Place(int operation, int floor, int floorBy)
        {
            ref readonly var request = ref history.Requests[IndexOf(operation)];
            if (!IsRead(operation))
            {
                CheckOrder(operation > floor, operation, floor, floorBy);
                return;
            }

            ref var version = ref _versionOfRead[operation - _versions - 1];
            version = request.Outcome switch
            {
                Outcome.Statement => VersionShown(request),
                Outcome.Page => VersionOfPage(request),
                _ => FindRefusal(request, floor),
            };
            // A page that was to be below a sequence number, and begins there, may be of any later version, too.
            var showsNewest = request.Outcome == Outcome.Statement
                || (request.Outcome == Outcome.Page && request.Text < request.BalanceCents - 1);
            if (version != NoVersion && showsNewest)
            {
                CheckOrder(version >= floor, operation, floor, floorBy);
            }
        }

        private void CheckOrder(bool holds, int operation, int floor, int floorBy) => check._order.Check(
            holds,
            () => $"{Describe(floorBy)}, version {floor}; after it {Describe(operation)}, "
                + $"version {VersionOf(operation)}");

        private string Describe(int operation) => History.Describe(history.Requests[IndexOf(operation)]);

        // By its newest transaction. Without an own one it is that before the run's first.
        private int VersionShown(LoggedRequest statement)
        {
            var version = _ownFrom - 1;
            if (statement.Text >= 0)
            {
                var row = history.Ledger.Find(statement.Text) - client.FirstRow;
                version = row is >= 0 && row < _versions ? row + 1 : NoVersion;
            }
            else if (!check.IsComplete
                && statement.Text == LoggedRequest.ForeignText
                && EntriesOf(version) != statement.Entries)
            {
                return NoVersion; // Another program posts, too.
            }

            check._statement.Check(
                version != NoVersion
                    && statement.BalanceCents == _balancesCents[version]
                    && statement.Entries == EntriesOf(version),
                () => version == NoVersion
                    ? $"{History.Describe(statement)}: the ledger lacks its newest transaction"
                    : $"{History.Describe(statement)}: version {version} has {_balancesCents[version]}"
                        + (statement.Entries == EntriesOf(version) ? "" : " and other transactions"));
            return version;
        }

        private int VersionOfPage(LoggedRequest page)
        {
            var newest = page.Text;
            var isRight = newest <= _versions
                && newest < page.BalanceCents
                && page.SignedCents == Math.Min(newest, PageLines)
                && page.Entries == EntriesOf((int)newest, PageLines);
            check._page.Check(isRight, () => $"{History.Describe(page)}: the ledger has other transactions there");
            return isRight ? (int)newest : NoVersion;
        }

        private ulong EntriesOf(int version, int lines = StatementLines)
        {
            var rows = history.Ledger.RowsOf(client);
            var hash = new EntriesHash();
            for (var line = version; line > Math.Max(0, version - lines); line--)
            {
                hash.Add(rows[line - 1].Entry);
            }

            return hash.Value;
        }

        // The first version, from the floor up to the last that was begun before the refusal's answer, that refuses it.
        private int FindRefusal(LoggedRequest refusal, int floor)
        {
            var lowestCents = long.MaxValue;
            var version = floor;
            for (; version <= _versions && _begunByNs[version] <= refusal.EndedAtNs; version++)
            {
                lowestCents = Math.Min(lowestCents, _balancesCents[version]);
                if (_balancesCents[version] + refusal.SignedCents < -client.LimitCents)
                {
                    check._refusal.Check(true, () => "");
                    return version;
                }
            }

            check._refusal.Check(
                false,
                () => $"{History.Describe(refusal)}: from version {floor} to {version - 1} the balance was "
                    + $"{lowestCents} or more, and the limit is {client.LimitCents}");
            return NoVersion;
        }
    }
}
