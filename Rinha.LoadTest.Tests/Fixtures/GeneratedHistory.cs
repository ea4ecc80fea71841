namespace Rinha.LoadTest.Tests.Fixtures;

// A random history: requests that overlap, each of which takes effect at one moment between its begin and its end, and
// the ledger that they leave. Edits tell a lie about it.
internal sealed class GeneratedHistory
{
    public const long NeverSent = 999_999_999_999;

    private const int Clients = 3;
    private const int LimitCents = 1_000;
    private const long LengthNs = 1_000; // Between two begins.

    private readonly Random _random;
    private readonly LoggedRequest[] _requests; // In the order of their moments.
    private readonly int[] _versions; // What each made or showed; of a refusal, what refused it.
    private readonly List<(long ClientId, long Sequence, long SignedCents, byte[] Text)> _rows = [];
    private readonly List<long>[] _balancesCents; // By client and version.
    private readonly List<(long Text, ulong Entry)>[] _entries; // By client and version.
    private readonly List<LoggedRequest> _more = [];
    private long _limitCents = LimitCents;

    public GeneratedHistory(int seed, int requests)
    {
        _random = new Random(seed);
        _balancesCents = [.. Enumerable.Range(0, Clients + 1).Select(_ => new List<long> { 0 })];
        _entries = [.. Enumerable.Range(0, Clients + 1).Select(_ => new List<(long, ulong)>())];
        _requests = new LoggedRequest[requests];
        _versions = new int[requests];
        var momentsNs = new long[requests];
        for (var index = 0; index < requests; index++)
        {
            var outcome = _random.Next(12) switch
            {
                0 => Outcome.Statement,
                1 => Outcome.Unknown,
                2 => Outcome.Page,
                _ => Outcome.Acknowledged,
            };
            var cents = _random.Next(1, 400) * (_random.Next(3) == 0 ? 1 : -1);
            var beganAtNs = index * LengthNs;
            momentsNs[index] = beganAtNs + _random.NextInt64(5 * LengthNs);
            _requests[index] = new LoggedRequest(
                outcome, _random.Next(Clients) + 1, cents, index, beganAtNs,
                momentsNs[index] + 1 + _random.NextInt64(5 * LengthNs));
        }

        Array.Sort(momentsNs, _requests);
        for (var index = 0; index < requests; index++)
        {
            _requests[index] = Apply(_requests[index], index);
        }
    }

    public IReadOnlyList<CheckResult> Check()
    {
        var (log, ledger) = Finish();
        return Oracle.Rows([log], ledger, isComplete: true);
    }

    public (TransactionLog Log, LedgerRows Ledger) Finish()
    {
        var log = new TransactionLog();
        log.OnAnswer(new RequestPlan(Operation.Statement, 1, 0, 0), new StubAccount(1, (int)_limitCents)
            .Statement(0, []).ToAnswer()); // Which says the limit.
        foreach (var request in _requests.Concat(_more))
        {
            log.Add(request);
        }

        return (log, LedgerRows.Of(Enumerable.Range(1, Clients).Select(client =>
        {
            var rows = _rows.Count(row => row.ClientId == client);
            return ((long)client, (long)LimitCents, _balancesCents[client][^1], (long)rows);
        }), _rows));
    }

    public bool Edit(Outcome outcome, Func<LoggedRequest, LoggedRequest> edit) =>
        TryPick(index => _requests[index].Outcome == outcome && (_versions[index] > 0), out var index)
        && Set(index, edit(_requests[index]));

    // Ends before what made its version began: the transaction itself, or the one before it.
    public bool AnswerBefore(Outcome outcome) => TryPick(
        index => _requests[index].Outcome == outcome && MakerOf(index, before: outcome == Outcome.Acknowledged) >= 0,
        out var index) && EndAt(index, _requests[MakerOf(index, outcome == Outcome.Acknowledged)].BeganAtNs - 1);

    public bool ShowStale(Outcome outcome) => TryPick(
        index => _requests[index].Outcome == outcome && ShowsNewest(index) && NextMaker(index) >= 0, out var index)
        && BeginAt(index, _requests[NextMaker(index)].EndedAtNs + 1);

    public bool ShowOlderThanBefore()
    {
        for (var newer = 0; newer < _requests.Length; newer++)
        {
            for (var older = 0; older < newer; older++)
            {
                if (_requests[newer].Outcome == Outcome.Statement && _requests[older].Outcome == Outcome.Statement
                    && _requests[newer].ClientId == _requests[older].ClientId && _versions[older] < _versions[newer])
                {
                    return BeginAt(older, _requests[newer].EndedAtNs + 1);
                }
            }
        }

        return false;
    }

    // Exactly what any of the balances allows.
    public bool RefuseAffordable() => TryPick(
        index => _requests[index].Outcome == Outcome.Refused
            && _balancesCents[_requests[index].ClientId].Min() > -LimitCents,
        out var index) && Set(index, _requests[index] with
        {
            SignedCents = (int)(-LimitCents - _balancesCents[_requests[index].ClientId].Min()),
        });

    // At the very beginning, where the balance was 0.
    public bool RefuseEarly() => TryPick(index => _requests[index].Outcome == Outcome.Refused, out var index)
        && EndAt(index, -1);

    public bool AnswerTwice() => TryPick(index => _requests[index].Outcome == Outcome.Acknowledged, out var index)
        && Add(_requests[index] with { BalanceCents = _requests[index].BalanceCents + 1 });

    // The last of its client, so that the sequence has no gap.
    public bool LoseRow()
    {
        var row = _rows.FindLastIndex(row => _requests.Any(
            one => one.Outcome == Outcome.Acknowledged && Logs.TextOf(one.Text) == Encoding.ASCII.GetString(row.Text)));
        _rows.RemoveAt(row);
        return true;
    }

    public bool DoubleRow()
    {
        _rows.Add(_rows[_random.Next(_rows.Count)]);
        return _requests.Any(one => one.Outcome == Outcome.Acknowledged
            && Logs.TextOf(one.Text) == Encoding.ASCII.GetString(_rows[^1].Text));
    }

    public bool AddForeignRow()
    {
        var client = _rows[^1].ClientId;
        _rows.Add((client, _rows.Count(row => row.ClientId == client) + 1, 5, TextOf(NeverSent)));
        return true;
    }

    public bool ChangeLimit()
    {
        _limitCents++;
        return true;
    }

    private static byte[] TextOf(long number) => Encoding.ASCII.GetBytes(Logs.TextOf(number));

    private LoggedRequest Apply(LoggedRequest request, int index)
    {
        var balances = _balancesCents[request.ClientId];
        var isRefused = balances[^1] + request.SignedCents < -LimitCents;
        _versions[index] = balances.Count - 1;
        if (request.Outcome == Outcome.Statement)
        {
            return Show(request, balances[^1]);
        }

        if (request.Outcome == Outcome.Page)
        {
            var page = ShowPage(request);
            _versions[index] = (int)page.Text;
            return page;
        }

        // An unknown one was applied or not.
        if (isRefused || (request.Outcome == Outcome.Unknown && _random.Next(2) == 0))
        {
            return request.Outcome == Outcome.Unknown
                ? request with { EndedAtNs = LoggedRequest.Never }
                : request with { Outcome = Outcome.Refused };
        }

        balances.Add(balances[^1] + request.SignedCents);
        _versions[index] = balances.Count - 1;
        var text = TextOf(request.Text);
        _rows.Add((request.ClientId, balances.Count - 1, request.SignedCents, text));
        _entries[request.ClientId].Add((request.Text, EntriesHash.Of(request.SignedCents, text)));
        return request with
        {
            BalanceCents = balances[^1],
            EndedAtNs = request.Outcome == Outcome.Unknown ? LoggedRequest.Never : request.EndedAtNs,
        };
    }

    private LoggedRequest Show(LoggedRequest statement, long balanceCents)
    {
        var entries = _entries[statement.ClientId];
        return statement with
        {
            SignedCents = 0,
            Text = entries.Count > 0 ? entries[^1].Text : LoggedRequest.NoText,
            BalanceCents = balanceCents,
            Entries = HashOf(statement.ClientId, entries.Count, Math.Min(entries.Count, 10)),
        };
    }

    // The newest page, or one below any transaction.
    private LoggedRequest ShowPage(LoggedRequest request)
    {
        var count = _entries[request.ClientId].Count;
        var before = _random.Next(2) == 0 ? LoggedRequest.Newest : _random.Next(count + 1) + 1;
        var newest = (int)Math.Min(count, before - 1);
        var lines = Math.Min(newest, 20);
        return request with
        {
            SignedCents = lines,
            Text = newest,
            BalanceCents = before,
            Entries = HashOf(request.ClientId, newest, lines),
        };
    }

    private ulong HashOf(int client, int newest, int lines)
    {
        var hash = new EntriesHash();
        for (var line = 0; line < lines; line++)
        {
            hash.Add(_entries[client][newest - line - 1].Entry);
        }

        return hash.Value;
    }

    private bool ShowsNewest(int index) =>
        _requests[index].Outcome != Outcome.Page || _requests[index].BalanceCents == LoggedRequest.Newest;

    // The request that made the version that this one shows, or the one before that.
    private int MakerOf(int index, bool before) => Array.FindIndex(
        _requests,
        one => one.ClientId == _requests[index].ClientId && one.Outcome == Outcome.Acknowledged
            && _versions[Array.IndexOf(_requests, one)] == _versions[index] - (before ? 1 : 0));

    private int NextMaker(int index) => Array.FindIndex(
        _requests,
        one => one.ClientId == _requests[index].ClientId && one.Outcome == Outcome.Acknowledged
            && _versions[Array.IndexOf(_requests, one)] == _versions[index] + 1);

    private bool TryPick(Predicate<int> isFit, out int index)
    {
        List<int> fit = [.. Enumerable.Range(0, _requests.Length).Where(one => isFit(one))];
        index = fit.Count > 0 ? fit[_random.Next(fit.Count)] : -1;
        return index >= 0;
    }

    private bool EndAt(int index, long atNs) =>
        Set(index, _requests[index] with { BeganAtNs = atNs - 1, EndedAtNs = atNs });

    private bool BeginAt(int index, long atNs) =>
        Set(index, _requests[index] with { BeganAtNs = atNs, EndedAtNs = atNs + 1 });

    private bool Set(int index, LoggedRequest request)
    {
        _requests[index] = request;
        return true;
    }

    private bool Add(LoggedRequest request)
    {
        _more.Add(request);
        return true;
    }
}
