namespace Rinha.Chaos.Fuzz;

/// <summary>Sends cases over many connections at once, on one thread, and judges the answers.</summary>
internal sealed class FuzzEngine : IDisposable
{
    private const int DirectLanes = 24;
    private const int FrontLanes = 48;
    private const int FrontEvery = 10;
    private const long LookNs = 2_000_000;
    private const int RecentMax = 512;

    private readonly Poller _poller = new();
    private readonly List<FuzzLane> _lanes = [];
    private readonly Dictionary<int, long> _statuses = [];
    private readonly Queue<FuzzCase> _recent = new();

    public FuzzEngine(Bank bank)
    {
        foreach (var api in bank.Apis)
        {
            Add(DirectLanes, bank.Past(api), isFront: false);
        }

        Add(FrontLanes, bank.Front, isFront: true);
    }

    /// <summary>Called with what is wrong, for which case, and where.</summary>
    public required Action<string, FuzzCase, FuzzLane> Found { get; init; }

    public required Action Tried { get; init; }

    /// <summary>How many answers say that a transaction was posted.</summary>
    public long Posted { get; private set; }

    /// <summary>How many of those may be the repeated answer to a repeated request.</summary>
    public long MaybeRepeated { get; private set; }

    /// <summary>How many requests nginx may have sent on without bringing the answer back.</summary>
    public long MaybePosted { get; private set; }

    public IEnumerable<FuzzCase> Recent => _recent;

    public string Statuses => string.Join(
        ", ", _statuses.OrderBy(one => one.Key).Select(one => $"{one.Key}: {one.Value:N0}"));

    /// <summary>Tries cases, each on the connection that is free first; returns when all are over.</summary>
    public void Run(FuzzCases cases, long first, long count)
    {
        // Which ones go through nginx is not left to what is free: the same seed, the same cases at the same place.
        var direct = Numbers(first, count).Where(number => number % FrontEvery != 0).GetEnumerator();
        var front = Numbers(first, count).Where(number => number % FrontEvery == 0).GetEnumerator();
        var timeMs = Clock.NowMs;
        while (true)
        {
            var isBusy = false;
            foreach (var lane in _lanes)
            {
                var numbers = lane.IsFront ? front : direct;
                if (lane.Case is null && numbers.MoveNext())
                {
                    Begin(lane, cases.Make(numbers.Current));
                }

                isBusy |= lane.Case is not null;
            }

            if (!isBusy)
            {
                return;
            }

            Look(_poller.Wait(LookNs));
            if (Clock.NowMs - timeMs > LookNs / 1_000_000)
            {
                timeMs = Clock.NowMs;
                _lanes.ForEach(LookAtTime);
            }
        }
    }

    public void Dispose()
    {
        _lanes.ForEach(lane => lane.Dispose());
        _poller.Dispose();
    }

    private static IEnumerable<long> Numbers(long first, long count)
    {
        for (var number = first; number < first + count; number++)
        {
            yield return number;
        }
    }

    private void Add(int count, Target target, bool isFront)
    {
        for (var left = count; left > 0; left--)
        {
            _lanes.Add(new FuzzLane(_poller, _lanes.Count, target, isFront));
        }
    }

    private void Begin(FuzzLane lane, FuzzCase one)
    {
        if (_recent.Count == RecentMax)
        {
            _recent.Dequeue();
        }

        _recent.Enqueue(one);
        lane.Begin(one, Clock.NowMs);
    }

    private void Look(int count)
    {
        var nowMs = Clock.NowMs;
        for (var index = 0; index < count; index++)
        {
            var (ready, token) = _poller.Event(index);
            var lane = _lanes[(int)token];
            var sent = lane.Case;
            if (lane.OnReady(ready, nowMs) is { } answers)
            {
                Judge(lane, sent!, answers, FuzzJudge.Find(sent!, answers, lane.IsFront));
            }
        }
    }

    private void LookAtTime(FuzzLane lane)
    {
        var sent = lane.Case;
        if (lane.OnTime(Clock.NowMs, out var isLate) is { } answers)
        {
            Judge(lane, sent!, answers, isLate ? FuzzJudge.Late : FuzzJudge.Find(sent!, answers, lane.IsFront));
        }
    }

    private void Judge(FuzzLane lane, FuzzCase sent, FuzzAnswers answers, string? finding)
    {
        foreach (var (status, _) in answers.All)
        {
            _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
        }

        Posted += answers.Posted;
        if (sent.Outcome == FuzzOutcome.Anything && sent.Bytes.AsSpan().IndexOf("dempotency"u8) >= 0)
        {
            MaybeRepeated += answers.Posted;
        }

        if (lane.EndedUnanswered && lane.IsFront && sent.Outcome == FuzzOutcome.Anything)
        {
            MaybePosted += sent.Bytes.AsSpan().Count("POST"u8);
        }

        if (finding is not null)
        {
            Found(finding, sent, lane);
        }

        Tried();
    }
}

/// <summary>One connection on which cases are tried one after the other.</summary>
internal sealed class SingleLane : IDisposable
{
    private const long LookNs = 2_000_000;

    private readonly Poller _poller = new();
    private readonly FuzzLane _lane;

    public SingleLane(Target target, bool isFront) => _lane = new FuzzLane(_poller, 0, target, isFront);

    /// <summary>Sends a case, and waits for all that comes back.</summary>
    public FuzzAnswers Ask(FuzzCase one, out bool isLate)
    {
        isLate = false;
        _lane.Begin(one, Clock.NowMs);
        while (true)
        {
            // One descriptor, hence at most one event.
            var answers = _poller.Wait(LookNs) > 0 ? _lane.OnReady(_poller.Event(0).Ready, Clock.NowMs) : null;
            answers ??= _lane.OnTime(Clock.NowMs, out isLate);
            if (answers is not null)
            {
                return answers;
            }
        }
    }

    /// <summary>Tries a case on a new connection, and says what is wrong with the answers.</summary>
    public static string? Find(Target target, bool isFront, FuzzCase one, out FuzzAnswers answers)
    {
        using var lane = new SingleLane(target, isFront);
        answers = lane.Ask(one, out var isLate);
        return isLate ? FuzzJudge.Late : FuzzJudge.Find(one, answers, isFront);
    }

    public void Dispose()
    {
        _lane.Dispose();
        _poller.Dispose();
    }
}
