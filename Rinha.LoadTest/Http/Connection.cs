namespace Rinha.LoadTest.Http;

/// <summary>
/// One client connection: sends one request at a time and reads its answer, without ever blocking. It connects when a
/// request needs it and stays open as long as both sides keep it. Belongs to its event loop's thread.
/// </summary>
internal sealed unsafe class Connection
{
    private const int RequestBytesMax = 1024;

    private readonly EventLoop _loop;
    private readonly byte[] _request = new byte[RequestBytesMax];
    private readonly ReceiveBuffer _answer = new();
    private int _descriptor = -1;
    private int _requestLength;
    private int _requestSent;
    private ConnectionState _state;
    private AnswerShape _shape;

    public Connection(EventLoop loop, int slot)
    {
        _loop = loop;
        Slot = slot;
    }

    /// <summary>Its place in the event loop's table.</summary>
    public int Slot { get; }

    /// <summary>Tells this life of the slot from earlier ones, in events that come late.</summary>
    public uint Generation { get; private set; }

    /// <summary>Who hears what became of the requests.</summary>
    public IConnectionOwner? Owner { get; set; }

    /// <summary>A number for the owner's own use.</summary>
    public int Tag { get; set; }

    /// <summary>Whether a request is under way.</summary>
    public bool IsBusy => _state > ConnectionState.Idle;

    /// <summary>When the try under way, or its connection, was begun, in <see cref="Clock"/> nanoseconds.</summary>
    public long StartedAtNs { get; private set; }

    /// <summary>When the request was handed in for the first time.</summary>
    public long FirstStartedAtNs { get; private set; }

    /// <summary>How often it was sent again.</summary>
    public int Retries { get; private set; }

    /// <summary>Whether the request under way still waits for its connection.</summary>
    public bool IsConnecting => _state == ConnectionState.Connecting;

    /// <summary>Where the next request is written; then call <see cref="Send"/>.</summary>
    public Span<byte> RequestBuffer => _request;

    /// <summary>Sends the request written into <see cref="RequestBuffer"/>, connecting first if need be.</summary>
    public void Send(int length, long nowNs)
    {
        FirstStartedAtNs = nowNs;
        Retries = 0;
        _requestLength = length;
        Start(nowNs);
    }

    /// <summary>Sends the last request once more, byte for byte.</summary>
    public void SendAgain(long nowNs)
    {
        Retries++;
        Start(nowNs);
    }

    /// <summary>Reacts to events of the descriptor.</summary>
    public void OnReady(uint ready)
    {
        switch (_state)
        {
            case ConnectionState.Connecting:
                FinishConnect();
                break;
            case ConnectionState.Sending when (ready & Poller.Writable) != 0:
                Flush();
                break;
            case ConnectionState.Closed:
                break;
            default:
                Receive();
                break;
        }
    }

    /// <summary>Closes the connection and reports the request under way, if there is one.</summary>
    public void Fail(FailureKind kind)
    {
        var wasBusy = IsBusy;
        Close();
        if (wasBusy)
        {
            Owner!.OnFailure(this, kind);
        }
    }

    /// <summary>Closes the connection without a word.</summary>
    public void Close()
    {
        if (_state != ConnectionState.Closed)
        {
            _ = LibC.Close(_descriptor);
            _descriptor = -1;
            _state = ConnectionState.Closed;
            Generation++;
        }
    }

    private void Start(long nowNs)
    {
        StartedAtNs = nowNs;
        _requestSent = 0;
        _answer.Clear();
        if (_state == ConnectionState.Closed)
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
        var target = _loop.Target;
        _descriptor = LibC.OpenStream(target.Family);
        _state = ConnectionState.Connecting;
        if (_descriptor < 0)
        {
            // Out of descriptors: nothing to close.
            _state = ConnectionState.Closed;
            Owner!.OnFailure(this, FailureKind.ConnectFailed);
            return;
        }

        if (target.IsTcp)
        {
            LibC.SendWithoutDelay(_descriptor);
        }

        int result;
        fixed (byte* address = target.Address)
        {
            result = LibC.Connect(_descriptor, address, target.Address.Length);
        }

        if (result == 0)
        {
            _loop.Watch(this, _descriptor, Poller.Readable);
            Flush();
        }
        else if (LibC.LastError == LibC.InProgress)
        {
            _loop.Watch(this, _descriptor, Poller.Writable);
        }
        else
        {
            Fail(ConnectFailure(LibC.LastError));
        }
    }

    private void FinishConnect()
    {
        var error = LibC.ErrorOf(_descriptor);
        if (error != 0)
        {
            Fail(ConnectFailure(error));
            return;
        }

        _loop.Rewatch(this, _descriptor, Poller.Readable);
        Flush();
    }

    private static FailureKind ConnectFailure(int error) =>
        error is LibC.ConnectionRefused or LibC.NoEntry ? FailureKind.ConnectionRefused : FailureKind.ConnectFailed;

    private void Flush()
    {
        _state = ConnectionState.Sending;
        nint sent;
        fixed (byte* bytes = _request)
        {
            sent = LibC.SendTo(_descriptor, bytes + _requestSent, _requestLength - _requestSent);
        }

        if (sent < 0)
        {
            if (LibC.LastError is LibC.Again or LibC.Interrupted)
            {
                _loop.Rewatch(this, _descriptor, Poller.Readable | Poller.Writable);
            }
            else
            {
                Fail(FailureKind.ClosedBeforeAnswer);
            }

            return;
        }

        var wasPartial = _requestSent > 0;
        _requestSent += (int)sent;
        if (_requestSent < _requestLength)
        {
            _loop.Rewatch(this, _descriptor, Poller.Readable | Poller.Writable);
            return;
        }

        if (wasPartial)
        {
            _loop.Rewatch(this, _descriptor, Poller.Readable);
        }

        _state = ConnectionState.Receiving;
    }

    private void Receive()
    {
        var free = _answer.Free;
        if (free.IsEmpty)
        {
            Fail(FailureKind.Garbage);
            return;
        }

        nint received;
        fixed (byte* bytes = free)
        {
            received = LibC.Receive(_descriptor, bytes, free.Length, 0);
        }

        if (received < 0 && LibC.LastError is LibC.Again or LibC.Interrupted)
        {
            return;
        }

        if (_state == ConnectionState.Idle)
        {
            // The server's good right, or bytes that nobody asked for; either way there is no request to blame.
            Close();
            return;
        }

        if (received < 0)
        {
            Fail(_answer.Length == 0 ? FailureKind.ClosedBeforeAnswer : FailureKind.ClosedMidAnswer);
            return;
        }

        _answer.Advance((int)received);
        Interpret(ended: received == 0);
    }

    private void Interpret(bool ended)
    {
        var state = _answer.Length == 0
            ? ParseState.Incomplete
            : AnswerParser.Parse(_answer.Received, ended, out _shape);
        if (state == ParseState.Garbage)
        {
            Fail(FailureKind.Garbage);
        }
        else if (state == ParseState.Incomplete)
        {
            if (ended)
            {
                Fail(_answer.Length == 0 ? FailureKind.ClosedBeforeAnswer : FailureKind.ClosedMidAnswer);
            }
        }
        else if (_shape.Consumed < _answer.Length)
        {
            Fail(FailureKind.WrongLength);
        }
        else
        {
            Complete(ended);
        }
    }

    private void Complete(bool ended)
    {
        if (ended || !_shape.KeepAlive)
        {
            Close();
        }
        else
        {
            _state = ConnectionState.Idle;
        }

        var body = _answer.Received.Slice(_shape.BodyStart, _shape.BodyLength);
        Owner!.OnAnswer(this, new Answer(_shape.Status, body, Clock.NowNs));
    }
}
