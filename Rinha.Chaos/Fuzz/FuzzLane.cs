namespace Rinha.Chaos.Fuzz;

/// <summary>One connection at a time, and one case at a time on it. Where a case may be incomplete, the end is sent
/// after it: the server need not wait for more, so neither need we.</summary>
internal sealed unsafe class FuzzLane : IDisposable
{
    // The longest that anything may take once the end was sent; the server's own limits are twice as long and more.
    private const long PatienceMs = 5_000;

    // nginx drops a request whose client has sent the end; so that is sent when no answer has come for so long.
    private const long FrontQuietMs = 50;

    private const int BufferBytes = 64 * 1024;

    private readonly Poller _poller;
    private readonly ulong _token;
    private readonly Target _target;
    private byte[] _received = new byte[BufferBytes];
    private int _count;
    private int _descriptor = -1;
    private int _sent;
    private bool _hasSentEnd;
    private bool _isBroken;
    private long _startedMs;
    private long _quietSinceMs;

    public FuzzLane(Poller poller, int index, Target target, bool isFront)
    {
        _poller = poller;
        _token = (ulong)index;
        _target = target;
        IsFront = isFront;
    }

    public bool IsFront { get; }
    public Target Target => _target;
    public FuzzCase? Case { get; private set; }

    /// <summary>Whether the end was sent before any answer had come: nginx may have dropped what it had sent
    /// on.</summary>
    public bool EndedUnanswered { get; private set; }

    /// <summary>Begins a case; it is over when <see cref="OnReady"/> or <see cref="OnTime"/> says so.</summary>
    public void Begin(FuzzCase next, long nowMs)
    {
        Case = next;
        _count = _sent = 0;
        _hasSentEnd = _isBroken = EndedUnanswered = false;
        _startedMs = _quietSinceMs = nowMs;
        if (_descriptor < 0)
        {
            Connect();
        }
        else
        {
            _poller.Change(_descriptor, Poller.Readable | Poller.Writable, _token);
        }
    }

    /// <returns>The answers when the case is over.</returns>
    public FuzzAnswers? OnReady(uint ready, long nowMs)
    {
        if (Case is null)
        {
            Close(); // Between two cases the server may only end the connection.
            return null;
        }

        if ((ready & Poller.Writable) != 0)
        {
            Send(nowMs);
        }

        return (ready & (Poller.Readable | Poller.Broken)) != 0 ? Receive(nowMs) : null;
    }

    /// <returns>The answers when the case is over.</returns>
    public FuzzAnswers? OnTime(long nowMs, out bool isLate)
    {
        isLate = false;
        if (Case is null)
        {
            return null;
        }

        var mayBeIncomplete = IsFront && Case.Answers == 0 && !_hasSentEnd && _sent == Case.Bytes.Length;
        if (mayBeIncomplete && nowMs - _quietSinceMs > FrontQuietMs)
        {
            SendEnd();
        }

        isLate = nowMs - _startedMs > PatienceMs;
        return isLate ? Finish(hasEnded: false) : null;
    }

    public void Dispose() => Close();

    // A unix socket is connected at once; of TCP the first event is that it is writable.
    private void Connect()
    {
        _descriptor = LibC.OpenStream(_target.Family);
        var address = _target.Address;
        fixed (byte* first = address)
        {
            if (LibC.Connect(_descriptor, first, address.Length) != 0 && LibC.LastError != LibC.InProgress)
            {
                var error = LibC.LastError;
                Close();
                throw new ChaosException($"connect to {_target.Url}: errno {error}");
            }
        }

        _poller.Watch(_descriptor, Poller.Readable | Poller.Writable, _token);
    }

    private void Send(long nowMs)
    {
        var bytes = Case!.Bytes;
        // Some come in two pieces, which the server then may or may not see at once.
        var end = Case.Number % 16 == 3 && _sent == 0 ? (bytes.Length + 1) / 2 : bytes.Length;
        while (_sent < end && !_isBroken)
        {
            fixed (byte* first = &bytes[_sent])
            {
                var count = LibC.SendTo(_descriptor, first, end - _sent);
                if (count < 0 && LibC.LastError == LibC.Again)
                {
                    return;
                }

                _isBroken = count < 0; // Refused already: what there is to read says how.
                _sent += (int)Math.Max(count, 0);
            }
        }

        _quietSinceMs = nowMs;
        if (_isBroken || _sent == bytes.Length)
        {
            _poller.Change(_descriptor, Poller.Readable, _token);
            if (!IsFront && (Case.Answers == 0 || Case.Number % 8 == 5))
            {
                SendEnd();
            }
        }
    }

    private FuzzAnswers? Receive(long nowMs)
    {
        while (true)
        {
            if (_count == _received.Length)
            {
                Array.Resize(ref _received, _received.Length * 2);
            }

            nint count;
            fixed (byte* first = &_received[_count])
            {
                count = LibC.Receive(_descriptor, first, _received.Length - _count, 0);
            }

            if (count <= 0)
            {
                return count < 0 && LibC.LastError == LibC.Again ? LookForEnd() : Finish(hasEnded: true);
            }

            _count += (int)count;
            _quietSinceMs = nowMs;
        }
    }

    // All answers are here: the connection goes on to the next case, unless the server has said otherwise.
    private FuzzAnswers? LookForEnd()
    {
        if (Case!.Answers == 0 || _hasSentEnd || _count == 0)
        {
            return null;
        }

        var copy = _received.AsSpan(0, _count).ToArray();
        var answers = FuzzAnswers.Read(copy, ended: false, FuzzJudge.MayBeHead(Case));
        if (answers.IsGarbage)
        {
            return Finish(hasEnded: false);
        }

        if (answers.All.Count < Case.Answers)
        {
            return null;
        }

        if (answers.KeepsConnection && _sent == Case.Bytes.Length)
        {
            Case = null;
            return answers;
        }

        SendEnd();
        return null;
    }

    private void SendEnd()
    {
        _hasSentEnd = true;
        EndedUnanswered = _count == 0;
        _ = LibC.Shutdown(_descriptor, LibC.ShutdownWrite);
    }

    private FuzzAnswers Finish(bool hasEnded)
    {
        Close();
        var answers = FuzzAnswers.Read(_received.AsSpan(0, _count), hasEnded, FuzzJudge.MayBeHead(Case!));
        Case = null;
        return answers;
    }

    private void Close()
    {
        if (_descriptor >= 0)
        {
            _ = LibC.Close(_descriptor);
            _descriptor = -1;
        }
    }
}
