namespace Rinha.LoadTest.Http;

// A client connection with one request at a time. Connects on demand, reuses the socket while both sides keep it open,
// and never blocks. Reports each request's outcome to its owner exactly once; retries are the owner's decision.
// Belongs to its event loop's thread.
internal sealed unsafe class Connection(EventLoop loop, int slot)
{
    // Longer answers fail as Garbage.
    public const int AnswerBytesMax = 1 << 20;

    private const int RequestBytesMax = 1024;
    private const int AnswerBytesInitial = 8192;

    private readonly byte[] _request = new byte[RequestBytesMax];
    private byte[] _answer = new byte[AnswerBytesInitial];
    private TlsSession? _tls;
    private int _descriptor = -1;
    private int _requestLength;
    private int _requestSent;
    private int _received;
    private State _state;
    private AnswerShape _shape;

    // Every state after Idle has a request in flight.
    private enum State
    {
        Closed,
        Idle,
        Connecting,
        Sending,
        Receiving,
    }

    public int Slot => slot;

    // Distinguishes this socket from earlier ones of the slot in stale events.
    public uint Generation { get; private set; }

    public IConnectionOwner? Owner { get; set; }

    public int Tag { get; set; }

    public bool IsBusy => _state > State.Idle;

    public bool IsConnecting => _state == State.Connecting;

    // When the current attempt began, connecting included.
    public long StartedAtNs { get; private set; }

    public long FirstStartedAtNs { get; private set; }

    public int Retries { get; private set; }

    public Span<byte> RequestBuffer => _request;

    private FailureKind ClosedFailure => _received == 0 ? FailureKind.ClosedBeforeAnswer : FailureKind.ClosedMidAnswer;

    public void Send(int length, long nowNs)
    {
        FirstStartedAtNs = nowNs;
        Retries = 0;
        _requestLength = length;
        Start(nowNs);
    }

    public void Resend(long nowNs)
    {
        Retries++;
        Start(nowNs);
    }

    public void OnReady(uint ready)
    {
        switch (_state)
        {
            case State.Connecting:
                FinishConnect();
                break;
            // A TLS handshake also reads before the request is sent.
            case State.Sending when _tls is not null || (ready & Poller.Writable) != 0:
                Flush();
                break;
            case State.Closed:
                break;
            default:
                Receive();
                break;
        }
    }

    public void Fail(FailureKind kind)
    {
        var wasBusy = IsBusy;
        Close();
        if (wasBusy)
        {
            Owner!.OnFailure(this, kind);
        }
    }

    public void Close()
    {
        if (_state != State.Closed)
        {
            _tls?.Dispose();
            _tls = null;
            _ = LibC.Close(_descriptor);
            _descriptor = -1;
            _state = State.Closed;
            Generation++;
        }
    }

    private void Start(long nowNs)
    {
        StartedAtNs = nowNs;
        _requestSent = 0;
        _received = 0;
        if (_state == State.Closed)
        {
            Connect();
        }
        else
        {
            Flush();
        }
    }

    private void Connect()
    {
        var target = loop.Target;
        _descriptor = LibC.OpenStream(target.Family);
        if (_descriptor < 0)
        {
            Owner!.OnFailure(this, FailureKind.ConnectFailed);
            return;
        }

        _state = State.Connecting;
        _tls = target.Tls?.Open(_descriptor);
        if (target.IsTcp)
        {
            LibC.DisableNagle(_descriptor);
        }

        int result;
        fixed (byte* address = target.Address)
        {
            result = LibC.Connect(_descriptor, address, target.Address.Length);
        }

        if (result == 0)
        {
            loop.Watch(this, _descriptor, Poller.Readable);
            Flush();
        }
        else if (LibC.LastError == LibC.InProgress)
        {
            loop.Watch(this, _descriptor, Poller.Writable);
        }
        else
        {
            Fail(ConnectFailure(LibC.LastError));
        }
    }

    private void FinishConnect()
    {
        var error = LibC.SocketErrorOf(_descriptor);
        if (error != 0)
        {
            Fail(ConnectFailure(error));
            return;
        }

        loop.ChangeInterest(this, _descriptor, Poller.Readable);
        Flush();
    }

    private static FailureKind ConnectFailure(int error) =>
        error is LibC.ConnectionRefused or LibC.NoEntry ? FailureKind.ConnectionRefused : FailureKind.ConnectFailed;

    private void Flush()
    {
        var wasSending = _state == State.Sending;
        _state = State.Sending; // Set first: Fail notifies the owner only of a busy connection.
        nint sent;
        if (_tls is not null)
        {
            sent = _tls.Write(_request.AsSpan(_requestSent.._requestLength));
        }
        else
        {
            fixed (byte* bytes = _request)
            {
                sent = LibC.SendTo(_descriptor, bytes + _requestSent, _requestLength - _requestSent);
            }
        }

        if (sent < 0 && LibC.LastError is not (LibC.Again or LibC.Interrupted))
        {
            Fail(FailureKind.ClosedBeforeAnswer);
            return;
        }

        _requestSent += Math.Max((int)sent, 0);
        _state = _requestSent < _requestLength ? State.Sending : State.Receiving;
        if (_state == State.Sending)
        {
            var isForServer = _tls is { WantsRead: true };
            loop.ChangeInterest(this, _descriptor, Poller.Readable | (isForServer ? 0 : Poller.Writable));
        }
        else if (wasSending)
        {
            loop.ChangeInterest(this, _descriptor, Poller.Readable);
        }
    }

    private void Receive()
    {
        if (_received == _answer.Length)
        {
            if (_received == AnswerBytesMax)
            {
                Fail(FailureKind.Garbage);
                return;
            }

            Array.Resize(ref _answer, _answer.Length * 2);
        }

        nint received;
        if (_tls is not null)
        {
            received = _tls.Read(_answer.AsSpan(_received));
        }
        else
        {
            fixed (byte* bytes = _answer)
            {
                received = LibC.Receive(_descriptor, bytes + _received, _answer.Length - _received, 0);
            }
        }

        if (received < 0 && LibC.LastError is LibC.Again or LibC.Interrupted)
        {
            return;
        }

        if (_state == State.Idle)
        {
            // The server closed an idle connection, or sent unsolicited bytes: no request failed.
            Close();
        }
        else if (received < 0)
        {
            Fail(ClosedFailure);
        }
        else
        {
            _received += (int)received;
            Interpret(ended: received == 0);
            if (_tls is { HasPending: true })
            {
                Receive();
            }
        }
    }

    private void Interpret(bool ended)
    {
        var received = _answer.AsSpan(0, _received);
        switch (_received == 0 ? ParseState.Incomplete : AnswerParser.Parse(received, ended, out _shape))
        {
            case ParseState.Garbage:
                Fail(FailureKind.Garbage);
                break;
            case ParseState.Complete when _shape.Consumed < _received:
                Fail(FailureKind.WrongLength);
                break;
            case ParseState.Complete:
                Complete(received.Slice(_shape.BodyStart, _shape.BodyLength), ended);
                break;
            case ParseState.Incomplete when ended:
                Fail(ClosedFailure);
                break;
        }
    }

    private void Complete(ReadOnlySpan<byte> body, bool ended)
    {
        if (ended || !_shape.KeepAlive)
        {
            Close();
        }
        else
        {
            _state = State.Idle;
        }

        Owner!.OnAnswer(this, new Answer(_shape.Status, body, Clock.NowNs, StartedAtNs));
    }
}
