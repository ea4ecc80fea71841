namespace Rinha.Chaos.Fuzz;

// Runs cases on many connections at once, one task per lane; a lock guards the counters. Writes the first findings of
// each kind to files, to be added to KnownRequests.
internal sealed class FuzzEngine(Bank bank, CampaignRun run) : IDisposable
{
    private const int DirectLanes = 24;
    private const int FrontLanes = 48;
    private const int FrontEvery = 10;
    private const int FindingsMax = 3; // Files per kind.

    private readonly Lock _lock = new();
    private readonly List<FuzzLane> _lanes =
    [
        .. bank.Apis.SelectMany(api => FuzzLane.Open(DirectLanes, bank.DirectTo(api), isFront: false)),
        .. FuzzLane.Open(FrontLanes, bank.Front, isFront: true),
    ];

    private readonly Dictionary<int, long> _statuses = [];
    private readonly Dictionary<string, int> _findings = [];
    private bool _isBroken;

    public long Posted { get; private set; }

    // An upper bound of the 200s that replayed an earlier answer.
    public long MaybeRepeated { get; private set; }

    // An upper bound of the posts that nginx forwarded without returning the answer.
    public long MaybePosted { get; private set; }

    public string Statuses => string.Join(
        ", ", _statuses.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key}: {entry.Value:N0}"));

    public void Run(FuzzCases cases, int first, int count)
    {
        // The number decides the route, so that a seed reproduces it.
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
                _isBroken = true; // The other lanes stop after their current case.
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

        if (FuzzJudge.Find(sent, answers, lane.IsFront && !bank.IsLayer4) is { } finding)
        {
            Keep(finding, sent, lane.Target);
        }

        run.CountTry();
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

// Sends one case at a time on one connection, which it reopens when the server closes it. After a case that may be
// incomplete it shuts down its sending side, so that neither side waits for more; nginx drops a request whose client
// has done so, hence only after shutdownDelayMs without an answer.
internal sealed class FuzzLane(Target target, bool isFront, int shutdownDelayMs = 50) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    // The longest wait for an answer; the server's own limits are at least twice as long.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private byte[] _received = new byte[BufferBytes];
    private int _count;
    private NetworkStream? _stream;
    private bool _hasSentEnd;
    private bool _endedUnanswered;

    public bool IsFront => isFront;
    public Target Target => target;

    public static IEnumerable<FuzzLane> Open(int count, Target target, bool isFront) =>
        Enumerable.Range(0, count).Select(_ => new FuzzLane(target, isFront));

    // isHttp: whether the front answers by itself; else it passes connections on.
    public static string? Find(Target target, bool isFront, bool isHttp, FuzzCase sent, out FuzzAnswers answers)
    {
        using var lane = new FuzzLane(target, isFront, shutdownDelayMs: 1000); // Its answers must match the ledger.
        answers = lane.Ask(sent);
        return FuzzJudge.Find(sent, answers, isFront && isHttp);
    }

    public FuzzAnswers Ask(FuzzCase sent) => AskAsync(sent).GetAwaiter().GetResult();

    public async Task<FuzzAnswers> AskAsync(FuzzCase sent)
    {
        _count = 0;
        _hasSentEnd = _endedUnanswered = false;
        using var timeout = new CancellationTokenSource(s_timeout);
        var isLate = false;
        try
        {
            await ConnectAsync();
            var isSent = await TrySendAsync(sent, timeout.Token);
            while (await TryReceiveAsync(sent, timeout.Token))
            {
                if (TryEnd(sent, isSent, out var answers))
                {
                    return answers;
                }
            }
        }
        catch (IOException)
        {
            // Judge what has arrived so far.
        }
        catch (OperationCanceledException)
        {
            isLate = true;
        }

        Dispose();
        return Read(sent, hasEnded: !isLate, isLate);
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private async Task ConnectAsync()
    {
        // Between cases, only a close makes the socket readable.
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

    // Returns whether the server accepted all bytes. If it refused early, its answer shows that.
    private async Task<bool> TrySendAsync(FuzzCase sent, CancellationToken timeout)
    {
        var isSent = true;
        try
        {
            // Send some cases in two pieces.
            var cut = sent.Number % 16 == 3 ? (sent.Bytes.Length + 1) / 2 : 0;
            await _stream!.WriteAsync(sent.Bytes.AsMemory(0, cut), timeout);
            await Task.Yield();
            await _stream.WriteAsync(sent.Bytes.AsMemory(cut), timeout);
        }
        catch (IOException)
        {
            isSent = false;
        }

        if (!isFront && (sent.AnswerCount == 0 || sent.Number % 8 == 5))
        {
            SendEnd();
        }

        return isSent;
    }

    // Returns false when the server has closed the connection.
    private async Task<bool> TryReceiveAsync(FuzzCase sent, CancellationToken timeout)
    {
        if (_count == _received.Length)
        {
            Array.Resize(ref _received, _received.Length * 2);
        }

        var receiving = _stream!.ReadAsync(_received.AsMemory(_count), timeout).AsTask();
        if (isFront && sent.AnswerCount == 0 && !_hasSentEnd
            && await Task.WhenAny(receiving, Task.Delay(shutdownDelayMs, timeout)) != receiving)
        {
            SendEnd();
        }

        var count = await receiving;
        _count += count;
        return count > 0;
    }

    // Once all answers are here, the connection serves the next case, unless the server announced a close.
    private bool TryEnd(FuzzCase sent, bool isSent, out FuzzAnswers answers)
    {
        answers = null!;
        if (sent.AnswerCount == 0 || _hasSentEnd)
        {
            return false;
        }

        answers = Read(sent, hasEnded: false);
        if (answers.IsGarbage)
        {
            Dispose();
            return true;
        }

        if (answers.All.Count < sent.AnswerCount || (answers.KeepsConnection && isSent))
        {
            return answers.All.Count >= sent.AnswerCount;
        }

        SendEnd();
        return false;
    }

    // Parses a copy, since the parser joins chunks in place.
    private FuzzAnswers Read(FuzzCase sent, bool hasEnded, bool isLate = false)
    {
        var answers = FuzzAnswers.Read(_received.AsSpan(0, _count).ToArray(), hasEnded, FuzzJudge.MayBeHead(sent));
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
            // The server closed first.
        }
    }
}
