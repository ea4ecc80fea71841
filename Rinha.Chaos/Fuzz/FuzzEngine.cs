namespace Rinha.Chaos.Fuzz;

// Tries cases on many connections at once; the first findings of a kind are kept in files, to become known requests.
internal sealed class FuzzEngine(Bank bank, CampaignRun run) : IDisposable
{
    private const int DirectLanes = 24;
    private const int FrontLanes = 48;
    private const int FrontEvery = 10;
    private const int FindingsMax = 3; // Of a kind.

    private readonly Lock _lock = new();
    private readonly List<FuzzLane> _lanes =
    [
        .. bank.Apis.SelectMany(api => FuzzLane.Open(DirectLanes, bank.Past(api), isFront: false)),
        .. FuzzLane.Open(FrontLanes, bank.Front, isFront: true),
    ];

    private readonly Dictionary<int, long> _statuses = [];
    private readonly Dictionary<string, int> _findings = [];
    private bool _isBroken;

    public long Posted { get; private set; }

    // How many of those may be the repeated answer to a repeated request.
    public long MaybeRepeated { get; private set; }

    // How many requests nginx may have sent on without bringing the answer back.
    public long MaybePosted { get; private set; }

    public string Statuses => string.Join(
        ", ", _statuses.OrderBy(one => one.Key).Select(one => $"{one.Key}: {one.Value:N0}"));

    public void Run(FuzzCases cases, int first, int count)
    {
        // The number decides which ones go through nginx: the same seed sends the same cases to the same place.
        var front = Enumerable.Range(first, count).Where(number => number % FrontEvery == 0).GetEnumerator();
        var direct = Enumerable.Range(first, count).Where(number => number % FrontEvery != 0).GetEnumerator();
        _isBroken = false;
        Task.WhenAll(_lanes.Select(lane => Task.Run(() => TryAllAsync(lane, cases, lane.IsFront ? front : direct))))
            .GetAwaiter().GetResult();
    }

    public void Dispose() => _lanes.ForEach(lane => lane.Dispose());

    private async Task TryAllAsync(FuzzLane lane, FuzzCases cases, IEnumerator<int> numbers)
    {
        while (Next(cases, numbers) is { } sent)
        {
            try
            {
                var answers = await lane.AskAsync(sent);
                lock (_lock)
                {
                    Judge(lane, sent, answers);
                }
            }
            catch (ChaosException)
            {
                _isBroken = true; // The other lanes end with their present case.
                throw;
            }
        }
    }

    private FuzzCase? Next(FuzzCases cases, IEnumerator<int> numbers)
    {
        lock (_lock)
        {
            return _isBroken || !numbers.MoveNext() ? null : cases.Make(numbers.Current);
        }
    }

    private void Judge(FuzzLane lane, FuzzCase sent, FuzzAnswers answers)
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

        if (answers.EndedUnanswered && lane.IsFront && sent.Outcome == FuzzOutcome.Anything)
        {
            MaybePosted += sent.Bytes.AsSpan().Count("POST"u8);
        }

        if (FuzzJudge.Find(sent, answers, lane.IsFront) is { } finding)
        {
            Keep(finding, sent, lane.Target);
        }

        run.Tried();
    }

    private void Keep(string finding, FuzzCase sent, Target target)
    {
        _findings[finding] = _findings.GetValueOrDefault(finding) + 1;
        if (_findings[finding] <= FindingsMax)
        {
            var path = Path.Combine(run.Directory, $"case-{sent.Number}.http");
            File.WriteAllBytes(path, sent.Bytes);
            run.Check(false, () => $"case {sent.Number} at {target.Url}: {finding}, {path}");
        }
    }
}

// One connection at a time, and one case at a time on it. Where a case may be incomplete, the end is sent after it: the
// server need not wait for more, so neither need we.
internal sealed class FuzzLane(Target target, bool isFront) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    // The longest that anything may take once the end was sent; the server's own limits are twice as long and more.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // nginx drops a request whose client has sent the end; so that is sent when no answer has come for so long.
    private static readonly TimeSpan s_frontQuiet = TimeSpan.FromMilliseconds(50);

    private byte[] _received = new byte[BufferBytes];
    private int _count;
    private NetworkStream? _stream;
    private bool _hasSentEnd;
    private bool _endedUnanswered;

    public bool IsFront => isFront;
    public Target Target => target;

    public static IEnumerable<FuzzLane> Open(int count, Target target, bool isFront) =>
        Enumerable.Range(0, count).Select(_ => new FuzzLane(target, isFront));

    public static string? Find(Target target, bool isFront, FuzzCase one, out FuzzAnswers answers)
    {
        using var lane = new FuzzLane(target, isFront);
        answers = lane.Ask(one);
        return FuzzJudge.Find(one, answers, isFront);
    }

    public FuzzAnswers Ask(FuzzCase one) => AskAsync(one).GetAwaiter().GetResult();

    public async Task<FuzzAnswers> AskAsync(FuzzCase one)
    {
        _count = 0;
        _hasSentEnd = _endedUnanswered = false;
        using var patience = new CancellationTokenSource(s_patience);
        var isLate = false;
        try
        {
            await ConnectAsync();
            var isSent = await TrySendAsync(one, patience.Token);
            while (await TryReceiveAsync(one, patience.Token))
            {
                if (TryEnd(one, isSent, out var answers))
                {
                    return answers;
                }
            }
        }
        catch (IOException)
        {
            // What has come until then is the answer.
        }
        catch (OperationCanceledException)
        {
            isLate = true;
        }

        Dispose();
        return Read(one, hasEnded: !isLate, isLate);
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private async Task ConnectAsync()
    {
        // Between two cases the server may only end the connection.
        if (_stream?.Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead) == false)
        {
            return;
        }

        Dispose();
        var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(target.EndPoint);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ChaosException($"connect to {target.Url}: {error.Message}");
        }

        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    // Says whether all of it was taken. What is refused already is not: what there is to read says how.
    private async Task<bool> TrySendAsync(FuzzCase one, CancellationToken patience)
    {
        var isSent = true;
        try
        {
            // Some come in two pieces, which the server then may or may not see at once.
            var cut = one.Number % 16 == 3 ? (one.Bytes.Length + 1) / 2 : 0;
            await _stream!.WriteAsync(one.Bytes.AsMemory(0, cut), patience);
            await Task.Yield();
            await _stream.WriteAsync(one.Bytes.AsMemory(cut), patience);
        }
        catch (IOException)
        {
            isSent = false;
        }

        if (!isFront && (one.Answers == 0 || one.Number % 8 == 5))
        {
            SendEnd();
        }

        return isSent;
    }

    // Says whether the server has more to say than its end.
    private async Task<bool> TryReceiveAsync(FuzzCase one, CancellationToken patience)
    {
        if (_count == _received.Length)
        {
            Array.Resize(ref _received, _received.Length * 2);
        }

        var receiving = _stream!.ReadAsync(_received.AsMemory(_count), patience).AsTask();
        if (isFront && one.Answers == 0 && !_hasSentEnd
            && await Task.WhenAny(receiving, Task.Delay(s_frontQuiet, patience)) != receiving)
        {
            SendEnd();
        }

        var count = await receiving;
        _count += count;
        return count > 0;
    }

    // With all answers here the connection goes on to the next case, unless the server has said otherwise.
    private bool TryEnd(FuzzCase one, bool isSent, out FuzzAnswers answers)
    {
        answers = null!;
        if (one.Answers == 0 || _hasSentEnd)
        {
            return false;
        }

        answers = Read(one, hasEnded: false);
        if (answers.IsGarbage)
        {
            Dispose();
            return true;
        }

        if (answers.All.Count < one.Answers || (answers.KeepsConnection && isSent))
        {
            return answers.All.Count >= one.Answers;
        }

        SendEnd();
        return false;
    }

    // From a copy, as a chunked body is joined in place.
    private FuzzAnswers Read(FuzzCase one, bool hasEnded, bool isLate = false)
    {
        var answers = FuzzAnswers.Read(_received.AsSpan(0, _count).ToArray(), hasEnded, FuzzJudge.MayBeHead(one));
        (answers.IsLate, answers.EndedUnanswered) = (isLate, _endedUnanswered);
        return answers;
    }

    private void SendEnd()
    {
        _hasSentEnd = true;
        _endedUnanswered = _count == 0;
        try
        {
            _stream!.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server was faster.
        }
    }
}
