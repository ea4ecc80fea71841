namespace Rinha.Chaos.Fuzz;

/// <summary>Sends cases over many connections at once, and judges the answers.</summary>
internal sealed class FuzzEngine(Bank bank) : IDisposable
{
    private const int DirectLanes = 24;
    private const int FrontLanes = 48;
    private const int FrontEvery = 10;
    private const int RecentMax = 512;

    private readonly Lock _lock = new();
    private readonly List<FuzzLane> _lanes =
    [
        .. bank.Apis.SelectMany(api => FuzzLane.Open(DirectLanes, bank.Past(api), isFront: false)),
        .. FuzzLane.Open(FrontLanes, bank.Front, isFront: true),
    ];

    private readonly Dictionary<int, long> _statuses = [];
    private readonly Queue<FuzzCase> _recent = new();
    private bool _isBroken;

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
        // The number decides which ones go through nginx: the same seed sends the same cases to the same place.
        var direct = Numbers(first, count, isFront: false).GetEnumerator();
        var front = Numbers(first, count, isFront: true).GetEnumerator();
        _isBroken = false;
        Task.WhenAll(_lanes.Select(lane => Task.Run(() => TryAllAsync(lane, cases, lane.IsFront ? front : direct))))
            .GetAwaiter().GetResult();
    }

    public void Dispose() => _lanes.ForEach(lane => lane.Dispose());

    private static IEnumerable<long> Numbers(long first, long count, bool isFront)
    {
        for (var number = first; number < first + count; number++)
        {
            if (number % FrontEvery == 0 == isFront)
            {
                yield return number;
            }
        }
    }

    private async Task TryAllAsync(FuzzLane lane, FuzzCases cases, IEnumerator<long> numbers)
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

    private FuzzCase? Next(FuzzCases cases, IEnumerator<long> numbers)
    {
        lock (_lock)
        {
            if (_isBroken || !numbers.MoveNext())
            {
                return null;
            }

            if (_recent.Count == RecentMax)
            {
                _recent.Dequeue();
            }

            var next = cases.Make(numbers.Current);
            _recent.Enqueue(next);
            return next;
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
            Found(finding, sent, lane);
        }

        Tried();
    }
}

/// <summary>
/// One connection at a time, and one case at a time on it. Where a case may be incomplete, the end is sent after it:
/// the server need not wait for more, so neither need we.
/// </summary>
internal sealed class FuzzLane(Target target, bool isFront) : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    // The longest that anything may take once the end was sent; the server's own limits are twice as long and more.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // nginx drops a request whose client has sent the end; so that is sent when no answer has come for so long.
    private static readonly TimeSpan s_frontQuiet = TimeSpan.FromMilliseconds(50);

    private byte[] _received = new byte[BufferBytes];
    private int _count;
    private Socket? _socket;
    private bool _hasSentEnd;
    private bool _endedUnanswered;

    public bool IsFront => isFront;
    public Target Target => target;

    public static IEnumerable<FuzzLane> Open(int count, Target target, bool isFront) =>
        Enumerable.Range(0, count).Select(_ => new FuzzLane(target, isFront));

    /// <summary>Tries a case on a new connection, and says what is wrong with the answers.</summary>
    public static string? Find(Target target, bool isFront, FuzzCase one, out FuzzAnswers answers)
    {
        using var lane = new FuzzLane(target, isFront);
        answers = lane.Ask(one);
        return FuzzJudge.Find(one, answers, isFront);
    }

    public FuzzAnswers Ask(FuzzCase one) => AskAsync(one).GetAwaiter().GetResult();

    /// <summary>Sends a case, and waits for all that comes back.</summary>
    public async Task<FuzzAnswers> AskAsync(FuzzCase one)
    {
        _count = 0;
        _hasSentEnd = _endedUnanswered = false;
        using var patience = new CancellationTokenSource(s_patience);
        var (ended, isLate) = (false, false);
        try
        {
            _socket = await ConnectAsync();
            var isSent = await TrySendAsync(_socket, one, patience.Token);
            while (await TryReceiveAsync(_socket, one, patience.Token))
            {
                if (TryEnd(one, isSent, out var answers))
                {
                    return answers;
                }
            }

            ended = true;
        }
        catch (SocketException)
        {
            ended = true; // What has come until then is the answer.
        }
        catch (OperationCanceledException)
        {
            isLate = true;
        }

        Dispose();
        return Read(one, ended, isLate);
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async Task<Socket> ConnectAsync()
    {
        // Between two cases the server may only end the connection.
        if (_socket is not null && !_socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            return _socket;
        }

        Dispose();
        var protocol = target.IsTcp ? ProtocolType.Tcp : ProtocolType.Unspecified;
        var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            await socket.ConnectAsync(target.EndPoint);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new ChaosException($"connect to {target.Url}: {error.Message}");
        }
    }

    // Says whether all of it was taken. What is refused already is not: what there is to read says how.
    private async ValueTask<bool> TrySendAsync(Socket socket, FuzzCase one, CancellationToken patience)
    {
        var isSent = true;
        try
        {
            // Some come in two pieces, which the server then may or may not see at once.
            var cut = one.Number % 16 == 3 ? (one.Bytes.Length + 1) / 2 : 0;
            if (cut > 0)
            {
                await SendAllAsync(socket, one.Bytes.AsMemory(0, cut), patience);
                await Task.Yield();
            }

            await SendAllAsync(socket, one.Bytes.AsMemory(cut), patience);
        }
        catch (SocketException)
        {
            isSent = false;
        }

        if (!isFront && (one.Answers == 0 || one.Number % 8 == 5))
        {
            SendEnd(socket);
        }

        return isSent;
    }

    private static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken patience)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, patience)..];
        }
    }

    // Says whether the server has more to say than its end.
    private async ValueTask<bool> TryReceiveAsync(Socket socket, FuzzCase one, CancellationToken patience)
    {
        if (_count == _received.Length)
        {
            Array.Resize(ref _received, _received.Length * 2);
        }

        var receiving = socket.ReceiveAsync(_received.AsMemory(_count), patience);
        if (isFront && one.Answers == 0 && !_hasSentEnd && !receiving.IsCompleted)
        {
            var task = receiving.AsTask();
            receiving = new ValueTask<int>(task);
            if (await Task.WhenAny(task, Task.Delay(s_frontQuiet, patience)) != task)
            {
                SendEnd(socket);
            }
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

        answers = Read(one, ended: false, isLate: false);
        if (answers.IsGarbage)
        {
            Dispose();
            return true;
        }

        if (answers.All.Count < one.Answers)
        {
            return false;
        }

        if (answers.KeepsConnection && isSent)
        {
            return true;
        }

        SendEnd(_socket!);
        return false;
    }

    // From a copy, as a chunked body is joined in place.
    private FuzzAnswers Read(FuzzCase one, bool ended, bool isLate)
    {
        var answers = FuzzAnswers.Read(_received.AsSpan(0, _count).ToArray(), ended, FuzzJudge.MayBeHead(one));
        (answers.IsLate, answers.EndedUnanswered) = (isLate, _endedUnanswered);
        return answers;
    }

    private void SendEnd(Socket socket)
    {
        _hasSentEnd = true;
        _endedUnanswered = _count == 0;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server was faster.
        }
    }
}
