namespace Rinha.Chaos.Abuse;

/// <summary>Opens many connections, begins a request on each and holds them: with nothing more, or with a byte now and
/// then. Those that are closed are opened again.</summary>
internal sealed class HoldingAttack(Target target, int connections) : Attack(target)
{
    // Of the clocks on both sides, which look once a second, and of a busy machine.
    private static readonly long s_slackMs = (long)Bank.Patience.TotalMilliseconds;

    private readonly List<AttackSocket> _new = [];
    private double _owed;
    private long _lastMs;
    private long _lastDripMs;
    private long _cut;
    private volatile int _openMax;
    private long _oldestMs;

    public int OpenedPerSecond { get; init; } = 500;

    public byte[] First { get; init; } = [];
    public bool SendsTogether { get; init; } // Whether that is sent on all of them in the same moment, once a second.

    public byte[] Drip { get; init; } = [];
    public long DripMs { get; init; } = 1_000;

    /// <summary>After how long the server must have closed a connection; <see langword="null"/> when it need
    /// not.</summary>
    public long? CutAfterMs { get; init; }

    public override string Done =>
        $"{_openMax:N0} connections at once, {_cut:N0} cut off, the oldest after {_oldestMs / 1000.0:F1} s";

    public override bool IsUnderWay => _openMax >= connections;

    protected override void Step(long nowMs)
    {
        _owed = _lastMs == 0 ? 0 : Math.Min(_owed + (OpenedPerSecond * (nowMs - _lastMs) / 1000.0), OpenedPerSecond);
        _lastMs = nowMs;
        for (; _owed >= 1 && Sockets.Count < connections; _owed--)
        {
            _new.Add(Open(nowMs));
        }

        // TCP takes bytes only once the connection is made.
        _new.RemoveAll(one => SendsTogether || TrySendFirst(one));
        if (nowMs - _lastDripMs >= Math.Min(DripMs, 1_000))
        {
            _lastDripMs = nowMs;
            LookAtAll(nowMs);
        }

        _openMax = Math.Max(_openMax, Sockets.Count);
    }

    protected override string? Complaint(long nowMs)
    {
        var oldestMs = Sockets.Select(one => nowMs - one.OpenedMs).Append(_oldestMs).Max();
        return CutAfterMs is { } limitMs && oldestMs > limitMs + s_slackMs
            ? $"a connection was held for {oldestMs} ms, not cut off after {limitMs} ms"
            : null;
    }

    private bool TrySendFirst(AttackSocket one)
    {
        var count = one.Send(First.AsSpan((int)one.Sent));
        one.Sent += Math.Max(count, 0);
        return count < 0 || one.Sent == First.Length;
    }

    private void LookAtAll(long nowMs) => Sockets.RemoveAll(one =>
    {
        if (IsHeld(one))
        {
            return false;
        }

        _cut++;
        _oldestMs = Math.Max(_oldestMs, nowMs - one.OpenedMs);
        one.Dispose();
        _new.Remove(one); // Its number may soon be another one's: nothing more is sent on it.
        return true;
    });

    private bool IsHeld(AttackSocket one)
    {
        if (!one.Drain())
        {
            return false;
        }

        var bytes = one.Sent < First.Length ? First.AsSpan((int)one.Sent) : Drip;
        if (bytes.IsEmpty)
        {
            return true;
        }

        var count = one.Send(bytes);
        one.Sent += Math.Max(count, 0);
        return count >= 0;
    }
}
