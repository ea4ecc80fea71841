using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

internal enum Outcome : byte
{
    Acknowledged,
    Refused, // 422.
    Unavailable, // Every attempt that reached the bank was answered "503, nothing was changed": not applied.
    Unknown, // No attempt got a conclusive answer: applied or not.
    Statement,
    Page, // Of the history.
}

// A request, from the begin of its first attempt to its conclusive answer; Unknown and Unavailable never end.
// Text: a transaction's own, or the newest in a statement. Entries: of a statement or page, its lines (EntriesHash).
// A page has its newest sequence number as Text, its number of lines as SignedCents, and the sequence number that it
// was to be below as BalanceCents.
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoggedRequest(
    Outcome Outcome, int ClientId, int SignedCents, long Text, long BeganAtNs, long EndedAtNs)
{
    public const long Never = long.MaxValue;
    public const long NoText = -1; // A statement without transactions.
    public const long ForeignText = -2; // A text that no load run sends.
    public const long Newest = long.MaxValue; // A page was to be below none.

    public long BalanceCents { get; init; }

    public ulong Entries { get; init; }
}

// Records every request of a run with its outcome and its times, for the checks that follow. Identifies a transaction
// by its text: texts must be distinct, and a retry keeps its text. Used on the event loop's thread alone.
// keepsStatements: for StatementChecks.
internal sealed class TransactionLog(bool keepsStatements = false) : IRequestObserver
{
    private const int ServiceUnavailable = 503;

    private readonly BlockList<LoggedRequest> _settled = new();
    private readonly Dictionary<long, LoggedRequest> _unsettled = []; // Failed so far, by text.
    private readonly int[] _counts = new int[Enum.GetValues<Outcome>().Length];
    private readonly Dictionary<int, long> _limits = [];
    private readonly List<StatementLine> _lines = [];

    public int Acknowledged => _counts[(int)Outcome.Acknowledged];

    public int Refused => _counts[(int)Outcome.Refused];

    public int Unknown => CountOf(Outcome.Unknown);

    public int Unavailable => CountOf(Outcome.Unavailable);

    // Of the finished run.
    public BlockList<LoggedRequest> Requests
    {
        get
        {
            foreach (var request in _unsettled.Values)
            {
                AddSettled(request);
            }

            _unsettled.Clear();
            return _settled;
        }
    }

    public List<(int ClientId, long BalanceCents, long[] Texts)>? Statements { get; } = keepsStatements ? [] : null;

    // By client id, as answered.
    public IReadOnlyDictionary<int, long> LimitsCents => _limits;

    public CheckCounter WithinLimit { get; } = new("balance never below minus the limit");

    public CheckCounter ConstantLimit { get; } = new("limit never changes");

    public CheckCounter WellFormed { get; } = new("every answer is well-formed");

    public void Add(in LoggedRequest request)
    {
        if (request.Outcome is Outcome.Unknown or Outcome.Unavailable)
        {
            _unsettled[request.Text] = request;
        }
        else
        {
            AddSettled(request);
        }
    }

    // Forgets what a power loss has taken.
    public int RemoveAcknowledged(Predicate<long> hasText)
    {
        var removed = _settled.RemoveAll(
            request => request.Outcome == Outcome.Acknowledged && hasText(request.Text));
        _counts[(int)Outcome.Acknowledged] -= removed;
        return removed;
    }

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (answer.Status == 422)
        {
            Settle(plan, answer, Outcome.Refused);
            return;
        }

        var clientId = plan.ClientId;
        var readable = BankAnswer.TryRead(plan.Operation, answer.Body, out var limitCents, out var balanceCents);
        WellFormed.Check(readable, () => $"client {clientId}");
        if (!readable)
        {
            if (plan.Operation != Operation.Statement)
            {
                Fail(plan, answer, Outcome.Unknown);
            }

            return;
        }

        WithinLimit.Check(
            balanceCents >= -limitCents, () => $"client {clientId}: balance {balanceCents}, limit {limitCents}");
        var known = _limits.TryAdd(clientId, limitCents) ? limitCents : _limits[clientId];
        ConstantLimit.Check(known == limitCents, () => $"client {clientId}: {known}, then {limitCents}");
        if (plan.Operation == Operation.Statement)
        {
            AddStatement(clientId, balanceCents, answer);
        }
        else
        {
            Settle(plan, answer, Outcome.Acknowledged, balanceCents);
        }
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        // A refused connection carried no request.
        if (plan.Operation == Operation.Statement || kind == FailureKind.ConnectionRefused)
        {
            return;
        }

        // A 503 rules out this attempt, unless it says that the outcome is unknown. Any other failure leaves the
        // transaction unknown, whatever its other attempts got.
        var isRuledOut = answer.Status == ServiceUnavailable && !BankAnswer.IsOutcomeUnknown(answer.Body);
        Fail(plan, answer, isRuledOut ? Outcome.Unavailable : Outcome.Unknown);
    }

    private int CountOf(Outcome outcome) =>
        _counts[(int)outcome] + _unsettled.Values.Count(request => request.Outcome == outcome);

    private void AddSettled(in LoggedRequest request)
    {
        _settled.Add(request);
        _counts[(int)request.Outcome]++;
    }

    private void Fail(in RequestPlan plan, in Answer answer, Outcome outcome)
    {
        if (!_unsettled.TryGetValue(plan.Text, out var earlier) || earlier.Outcome != Outcome.Unknown)
        {
            _unsettled[plan.Text] = new LoggedRequest(
                outcome, plan.ClientId, plan.SignedCents, plan.Text, answer.BeganAtNs, LoggedRequest.Never);
        }
    }

    // A conclusive answer overrides earlier attempts, one of which may have been the one that was applied, unless each
    // was ruled out.
    private void Settle(in RequestPlan plan, in Answer answer, Outcome outcome, long balanceCents = 0)
    {
        var beganAtNs = _unsettled.Remove(plan.Text, out var earlier) && earlier.Outcome == Outcome.Unknown
            ? earlier.BeganAtNs
            : answer.BeganAtNs;
        Add(new LoggedRequest(
            outcome, plan.ClientId, plan.SignedCents, plan.Text, beganAtNs, answer.CompletedAtNs)
        {
            BalanceCents = balanceCents,
        });
    }

    private void AddStatement(int clientId, long balanceCents, in Answer answer)
    {
        _lines.Clear();
        if (!BankAnswer.TryReadEntries(answer.Body, _lines))
        {
            WellFormed.Check(false, () => $"client {clientId}: unreadable transaction list");
            return;
        }

        var hash = new EntriesHash();
        var texts = new long[_lines.Count];
        for (var line = 0; line < texts.Length; line++)
        {
            var text = Encoding.UTF8.GetBytes(_lines[line].Text);
            texts[line] = TextCode.TryRead(text, out var number) ? number : LoggedRequest.ForeignText;
            hash.Add(EntriesHash.Of(_lines[line].SignedCents, text));
        }

        Statements?.Add((clientId, balanceCents, texts));
        var newest = texts.Length > 0 ? texts[0] : LoggedRequest.NoText;
        Add(new LoggedRequest(Outcome.Statement, clientId, 0, newest, answer.BeganAtNs, answer.CompletedAtNs)
        {
            BalanceCents = balanceCents,
            Entries = hash.Value,
        });
    }
}

// Stands for the lines of a statement, newest first: two statements with the same hash list the same transactions
// (FNV-1a, 64 bits).
internal struct EntriesHash()
{
    private const ulong Basis = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    public ulong Value { get; private set; } = Basis;

    public static ulong Of(long signedCents, ReadOnlySpan<byte> text)
    {
        var hash = (Basis ^ (ulong)signedCents) * Prime;
        foreach (var one in text)
        {
            hash = (hash ^ one) * Prime;
        }

        return hash;
    }

    public void Add(ulong line) => Value = (Value ^ line) * Prime;
}

// A list of tens of millions that never copies what it has.
internal sealed class BlockList<T> : IEnumerable<T>
{
    private const int BlockShift = 16;
    private const int BlockLength = 1 << BlockShift;

    private readonly List<T[]> _blocks = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _blocks[index >> BlockShift][index & (BlockLength - 1)];

    public void Add(in T item)
    {
        if (Count >> BlockShift == _blocks.Count)
        {
            _blocks.Add(new T[BlockLength]);
        }

        this[Count++] = item;
    }

    public int RemoveAll(Predicate<T> isRemoved)
    {
        var before = Count;
        Count = 0;
        for (var index = 0; index < before; index++)
        {
            if (!isRemoved(this[index]))
            {
                this[Count++] = this[index];
            }
        }

        return before - Count;
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

internal sealed class CheckCounter(string name)
{
    private long _checked;
    private long _violations;
    private string? _example;

    // Formats the example for the first violation only.
    public void Check(bool holds, Func<string> example)
    {
        _checked++;
        if (!holds)
        {
            _violations++;
            _example ??= example();
        }
    }

    public CheckResult ToResult() => new(name, _checked, _violations, _example);
}
