namespace Rinha.Chaos.Abuse;

/// <summary>Sends on some connections as much as is taken, up to so many bytes in a second; those that are closed are
/// opened again, up to so many in a second. Bounded, since the bank's CPU is to be asked for and not the
/// machine's.</summary>
internal sealed class FloodAttack(Target target, int connections) : Attack(target)
{
    private const int PieceBytes = 64 * 1024;

    private double _owedBytes;
    private double _owedOpens;
    private long _lastMs;
    private long _sent;
    private volatile bool _isUnderWay;
    private long _opened;

    public byte[] First { get; init; } = [];
    public byte[] Again { get; init; } = [];
    public int BytesPerSecond { get; init; } = 1_000_000;
    public int OpensPerSecond { get; init; } = 200;

    /// <summary>Whether answers are read; who does not read them must not harm the others.</summary>
    public bool Reads { get; init; } = true;

    public bool ClosesAtOnce { get; init; }
    public long TurnMs { get; init; } // For how long it sends and reads without a pause, each time that it is its turn.

    public override bool IsUnderWay => _isUnderWay;

    public override string Done => $"{_opened:N0} connections, {_sent / 1048576.0:F1} MB sent";

    protected override void Step(long nowMs)
    {
        var endsMs = nowMs + TurnMs;
        do
        {
            Flood(nowMs);
            nowMs = TurnMs > 0 ? Clock.NowMs : nowMs;
        }
        while (nowMs < endsMs);
        _isUnderWay = _sent > 0 || ClosesAtOnce;
    }

    private void Flood(long nowMs)
    {
        var elapsedMs = _lastMs == 0 ? 0 : nowMs - _lastMs;
        _lastMs = nowMs;
        _owedBytes = Math.Min(_owedBytes + (BytesPerSecond * elapsedMs / 1000.0), BytesPerSecond / 10.0);
        _owedOpens = Math.Min(_owedOpens + (OpensPerSecond * elapsedMs / 1000.0), connections);
        for (; _owedOpens >= 1 && Sockets.Count < connections; _owedOpens--)
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

    // Every connection gets its share of what may be sent now.
    private bool TrySend(AttackSocket one)
    {
        var allowance = (int)Math.Min(PieceBytes, _owedBytes / Math.Max(1, Sockets.Count / 4));
        while (allowance > 0)
        {
            var bytes = one.Sent < First.Length
                ? First.AsSpan((int)one.Sent)
                : Again.AsSpan((int)((one.Sent - First.Length) % Again.Length));
            var count = one.Send(bytes[..Math.Min(bytes.Length, allowance)]);
            if (count <= 0)
            {
                return count == 0;
            }

            one.Sent += count;
            _sent += count;
            _owedBytes -= count;
            allowance -= count;
        }

        return true;
    }
}
