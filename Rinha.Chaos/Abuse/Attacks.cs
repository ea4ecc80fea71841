namespace Rinha.Chaos.Abuse;

internal static class AttackKinds
{
    private const int SlowConnections = 400;
    private const int ManyConnections = 10_000;
    private const int ManyLayer4Connections = 5_000; // Each is two of nginx's.
    private const int ManyPerSecond = 6_000;
    private const int ManyDirectPerSecond = 3_000;
    private const int RequestsPerSecond = 2_000; // One request per connection: a load the server can handle.
    private const int HeadersTimeoutMs = 10_000; // The same in nginx.conf and Limits.cs.

    private static readonly byte[] s_partialHead = Bytes("GET /health HTTP/1.1\r\nHost: a\r\nX: ");
    private static readonly byte[] s_getRequest = Bytes("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");

    // Enough requests to fill one send call, so that system calls do not throttle the flood.
    private static readonly byte[] s_statementRequests = Bytes(string.Concat(
        Enumerable.Repeat("GET /clientes/5/extrato HTTP/1.1\r\nHost: a\r\n\r\n", 1_000)));

    private static readonly byte[] s_postHead = Bytes(
        "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Content-Length: 4000\r\n\r\n");

    private static readonly byte[] s_chunkedHead = Bytes(
        "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n");

    private static readonly byte[] s_postRequest = Bytes(
        "POST /clientes/1/transacoes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        + "Content-Length: 2\r\n\r\n{}");

    public static readonly IReadOnlyList<AttackKind> All =
    [
        new("slow headers", bank => new HoldingAttack(bank.Front, SlowConnections)
            { First = s_partialHead, Drip = "a"u8.ToArray(), CutAfterMs = HeadersTimeoutMs }),
        new("slow headers, direct", bank => new HoldingAttack(bank.DirectTo(bank.Apis[0]), SlowConnections)
            { First = s_partialHead, Drip = "a"u8.ToArray(), CutAfterMs = HeadersTimeoutMs }),
        new("slow bodies", bank => new HoldingAttack(bank.Front, SlowConnections)
            { First = s_postHead, Drip = " "u8.ToArray() }),
        new("slow bodies, direct", bank => new HoldingAttack(bank.DirectTo(bank.Apis[0]), SlowConnections)
            { First = s_postHead, Drip = " "u8.ToArray(), CutAfterMs = HeadersTimeoutMs }),
        new("bodies that stop", bank => new HoldingAttack(bank.Front, SlowConnections)
            { First = s_postHead, CutAfterMs = HeadersTimeoutMs }),
        new("many silent connections", bank => new HoldingAttack(bank.Front, ManyOf(bank))
            { OpensPerSecond = ManyPerSecond }),
        new("many idle connections", bank => new HoldingAttack(bank.Front, ManyOf(bank))
            { OpensPerSecond = RequestsPerSecond, First = s_getRequest }),
        new("many requests at once", bank => new HoldingAttack(bank.Front, ManyOf(bank))
            { OpensPerSecond = ManyPerSecond, First = s_getRequest, SendsTogether = true })
            { Overloads = true },
        new("many silent connections, direct", bank => new HoldingAttack(bank.DirectTo(bank.Apis[0]), ManyConnections)
            { OpensPerSecond = ManyDirectPerSecond }),
        new("huge headers", bank => new FloodAttack(bank.Front, 20)
            { First = s_partialHead, Repeated = HeaderFiller(), BytesPerSecond = 8_000_000 }),
        new("huge headers, direct", bank => new FloodAttack(bank.DirectTo(bank.Apis[0]), 20)
            { First = s_partialHead, Repeated = HeaderFiller(), BytesPerSecond = 4_000_000 }),
        new("endless chunks", bank => new FloodAttack(bank.Front, 50) { First = s_chunkedHead, Repeated = Chunk() }),
        new("endless chunks, direct", bank => new FloodAttack(bank.DirectTo(bank.Apis[0]), 50)
            { First = s_chunkedHead, Repeated = Chunk() }),
        new("pipelining", bank => new FloodAttack(bank.Front, 8) { Repeated = s_getRequest, BytesPerSecond = 50_000 }),
        new("statements, direct", bank => new FloodAttack(bank.DirectTo(bank.Apis[0]), 1)
            { Repeated = s_statementRequests, BytesPerSecond = int.MaxValue, BurstMs = 500 })
            { StarvedApi = bank => bank.Apis[0], P99SecondsMax = 0.02 },
        new("pipelining without reading", bank => new FloodAttack(bank.Front, 50)
            { Repeated = s_postRequest, Reads = false, OpensPerSecond = 10, BytesPerSecond = 150_000 }),
        new("pipelining without reading, direct", bank => new FloodAttack(bank.DirectTo(bank.Apis[0]), 50)
            { Repeated = s_postRequest, Reads = false, OpensPerSecond = 10, BytesPerSecond = 300_000 }),
        new("opening and closing at once", bank => new FloodAttack(bank.Front, 20)
            { ClosesAtOnce = true, OpensPerSecond = 1_000 }),
    ];

    private static int ManyOf(Bank bank) => bank.IsLayer4 ? ManyLayer4Connections : ManyConnections;

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] HeaderFiller() => Bytes(new string('a', 4_000));

    private static byte[] Chunk() => Bytes($"40\r\n{new string(' ', 64)}\r\n");
}

internal sealed record AttackKind(string Name, Func<Bank, Attack> Make)
{
    // The API to probe directly during the attack; null to probe only through nginx.
    public Func<Bank, BankProcess>? StarvedApi { get; init; }

    public double P99SecondsMax { get; init; } // A p99 up to this passes, whatever the baseline.

    // Whether it briefly exhausts a resource: normal requests may be refused, but no process may end.
    public bool Overloads { get; init; }
}

// A hostile client: owns its connections and the thread that drives them. Stop closes them and reports a violation.
// Derived classes run on that thread only.
internal abstract class Attack(Target target) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private Thread? _thread;
    private volatile bool _isStopping;

    public abstract bool HasRampedUp { get; } // Whether the attack has reached its full size.
    public abstract string Summary { get; }
    protected List<AttackSocket> Sockets { get; } = [];
    protected long Refused { get; private set; }

    public void Start()
    {
        _thread = new Thread(() =>
        {
            while (!_isStopping)
            {
                Step(Clock.NowMs);
                Thread.Sleep(s_pause);
            }
        })
        { Name = "attack" };
        _thread.Start();
    }

    // Returns what the server did wrong, or null.
    public string? Stop()
    {
        _isStopping = true;
        _thread?.Join();
        var violation = Refused > 0 ? $"{Refused} connections could not be opened" : FindViolation(Clock.NowMs);
        Sockets.ForEach(socket => socket.Dispose());
        Sockets.Clear();
        return violation;
    }

    public void Dispose() => _ = Stop();

    protected abstract void Step(long nowMs);

    protected virtual string? FindViolation(long nowMs) => null;

    protected AttackSocket Open(long nowMs)
    {
        var socket = new AttackSocket(target, nowMs);
        Refused += socket.IsRefused ? 1 : 0;
        Sockets.Add(socket);
        return socket;
    }
}

// Opens many connections, starts a request on each and holds it, silent or with one byte a second. Reopens the
// connections that the server closes.
internal sealed class HoldingAttack(Target target, int connections) : Attack(target)
{
    // Both sides check once a second, and the machine may be busy.
    private static readonly long s_slackMs = (long)Bank.Timeout.TotalMilliseconds;

    private readonly List<AttackSocket> _unsent = [];
    private double _tokens;
    private long _lastMs;
    private long _lastDripMs;
    private long _closedByServer;
    private volatile int _openMax;
    private long _oldestMs;

    public int OpensPerSecond { get; init; } = 500;

    public byte[] First { get; init; } = [];
    public bool SendsTogether { get; init; } // Whether to send First on all connections at once, each second.

    public byte[] Drip { get; init; } = []; // Sent once a second after First.

    // The server must close a connection within this time; null for no limit.
    public long? CutAfterMs { get; init; }

    public override string Summary =>
        $"{_openMax:N0} connections at once, {_closedByServer:N0} cut off, the oldest after {_oldestMs / 1000.0:F1} s";

    public override bool HasRampedUp => _openMax >= connections;

    protected override void Step(long nowMs)
    {
        var earned = _lastMs == 0 ? 0 : OpensPerSecond * (nowMs - _lastMs) / 1000.0;
        _tokens = Math.Min(_tokens + earned, OpensPerSecond);
        _lastMs = nowMs;
        for (; _tokens >= 1 && Sockets.Count < connections; _tokens--)
        {
            _unsent.Add(Open(nowMs));
        }

        // A TCP connection accepts bytes only once it is established.
        _unsent.RemoveAll(socket => SendsTogether || TrySendFirst(socket));
        if (nowMs - _lastDripMs >= 1_000)
        {
            _lastDripMs = nowMs;
            DripAndCloseDropped(nowMs);
        }

        _openMax = Math.Max(_openMax, Sockets.Count);
    }

    protected override string? FindViolation(long nowMs)
    {
        var oldestMs = Sockets.Select(socket => nowMs - socket.OpenedMs).Append(_oldestMs).Max();
        return CutAfterMs is { } limitMs && oldestMs > limitMs + s_slackMs
            ? $"a connection was held for {oldestMs} ms, not cut off after {limitMs} ms"
            : null;
    }

    private bool TrySendFirst(AttackSocket socket) =>
        !TrySend(socket, First.AsSpan((int)socket.Sent)) || socket.Sent == First.Length;

    private void DripAndCloseDropped(long nowMs) => Sockets.RemoveAll(socket =>
    {
        if (TryDrip(socket))
        {
            return false;
        }

        _closedByServer++;
        _oldestMs = Math.Max(_oldestMs, nowMs - socket.OpenedMs);
        socket.Dispose();
        _unsent.Remove(socket); // The descriptor may be reused.
        return true;
    });

    private bool TryDrip(AttackSocket socket)
    {
        if (!socket.Drain())
        {
            return false;
        }

        var bytes = socket.Sent < First.Length ? First.AsSpan((int)socket.Sent) : Drip;
        return bytes.IsEmpty || TrySend(socket, bytes);
    }

    private static bool TrySend(AttackSocket socket, ReadOnlySpan<byte> bytes)
    {
        var count = socket.Send(bytes);
        socket.Sent += Math.Max(count, 0);
        return count >= 0;
    }
}

// Sends as much as its connections accept, and reopens closed ones. Both rates are capped so that the attack spends the
// bank's CPU, not the whole machine's.
internal sealed class FloodAttack(Target target, int connections) : Attack(target)
{
    private const int PieceBytes = 64 * 1024;

    private double _byteTokens;
    private double _openTokens;
    private long _lastMs;
    private long _sent;
    private volatile bool _hasRampedUp;
    private long _opened;

    public byte[] First { get; init; } = [];
    public byte[] Repeated { get; init; } = [];
    public int BytesPerSecond { get; init; } = 1_000_000;
    public int OpensPerSecond { get; init; } = 200;

    // Whether the client reads its answers. A client that does not must not harm others.
    public bool Reads { get; init; } = true;

    public bool ClosesAtOnce { get; init; }
    public long BurstMs { get; init; } // How long each step sends and reads without a pause.

    public override bool HasRampedUp => _hasRampedUp;

    public override string Summary => $"{_opened:N0} connections, {_sent / 1048576.0:F1} MB sent";

    protected override void Step(long nowMs)
    {
        var endsMs = nowMs + BurstMs;
        do
        {
            Flood(nowMs);
            nowMs = BurstMs > 0 ? Clock.NowMs : nowMs;
        }
        while (nowMs < endsMs);
        _hasRampedUp = _sent > 0 || ClosesAtOnce;
    }

    private void Flood(long nowMs)
    {
        var elapsedMs = _lastMs == 0 ? 0 : nowMs - _lastMs;
        _lastMs = nowMs;
        _byteTokens = Math.Min(_byteTokens + (BytesPerSecond * elapsedMs / 1000.0), BytesPerSecond / 10.0);
        _openTokens = Math.Min(_openTokens + (OpensPerSecond * elapsedMs / 1000.0), connections);
        for (; _openTokens >= 1 && Sockets.Count < connections; _openTokens--)
        {
            _ = Open(nowMs);
            _opened++;
        }

        for (var index = Sockets.Count - 1; index >= 0; index--)
        {
            if (ClosesAtOnce || !TrySend(Sockets[index]) || (Reads && !Sockets[index].Drain()))
            {
                Sockets[index].Dispose();
                Sockets.RemoveAt(index);
            }
        }
    }

    // Each connection gets a share of the byte budget.
    private bool TrySend(AttackSocket socket)
    {
        var allowance = (int)Math.Min(PieceBytes, _byteTokens / Math.Max(1, Sockets.Count / 4));
        while (allowance > 0)
        {
            var bytes = socket.Sent < First.Length
                ? First.AsSpan((int)socket.Sent)
                : Repeated.AsSpan((int)((socket.Sent - First.Length) % Repeated.Length));
            var count = socket.Send(bytes[..Math.Min(bytes.Length, allowance)]);
            if (count <= 0)
            {
                return count == 0;
            }

            socket.Sent += count;
            _sent += count;
            _byteTokens -= count;
            allowance -= count;
        }

        return true;
    }
}

// A non-blocking connection.
internal sealed unsafe class AttackSocket : IDisposable
{
    private const int ReadBytes = 64 * 1024;

    private readonly int _descriptor;

    public AttackSocket(Target target, long nowMs)
    {
        OpenedMs = nowMs;
        _descriptor = LibC.OpenStream(target.Family);
        var address = target.Address;
        fixed (byte* first = address)
        {
            IsRefused = _descriptor < 0
                || (LibC.Connect(_descriptor, first, address.Length) != 0 && LibC.LastError != LibC.InProgress);
        }
    }

    public long OpenedMs { get; }
    public bool IsRefused { get; }
    public long Sent { get; set; } // Bytes sent so far; the attack maintains it.

    // Returns the bytes sent; -1 when the connection is closed.
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var count = LibC.SendTo(_descriptor, first, bytes.Length);
            // EAGAIN also means that the connection is not established yet.
            return count < 0 && LibC.LastError == LibC.Again ? 0 : (int)count;
        }
    }

    // Discards what has arrived. Returns whether the connection is still open.
    public bool Drain()
    {
        var bytes = stackalloc byte[ReadBytes];
        while (true)
        {
            var count = LibC.Receive(_descriptor, bytes, ReadBytes, 0);
            if (count <= 0)
            {
                return count < 0 && LibC.LastError == LibC.Again;
            }
        }
    }

    public void Dispose() => _ = LibC.Close(_descriptor);
}
