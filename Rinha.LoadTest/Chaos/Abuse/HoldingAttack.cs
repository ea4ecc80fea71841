using System.Globalization;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Abuse;

/// <summary>
/// Opens many connections, begins a request on each and holds them: with nothing more, or with a byte now and then.
/// Those that are closed are opened again.
/// </summary>
internal sealed class HoldingAttack(Target target, int connections) : IAttack
{
    // Of the clocks on both sides, which look once a second, and of a busy machine.
    private static readonly long s_slackMs = (long)Bank.Patience.TotalMilliseconds;

    private readonly LinkedList<AttackSocket> _open = new();
    private readonly List<AttackSocket> _new = [];
    private double _owed;
    private long _lastMs;
    private long _lastDripMs;
    private long _cut;
    private long _refused;
    private volatile int _openMax;
    private long _oldestMs;

    /// <summary>How many connections are opened in a second.</summary>
    public int OpenedPerSecond { get; init; } = 500;

    /// <summary>What is sent on each at once.</summary>
    public byte[] First { get; init; } = [];

    /// <summary>Whether that is sent on all of them in the same moment, once a second.</summary>
    public bool SendsTogether { get; init; }

    /// <summary>What follows, every so many milliseconds.</summary>
    public byte[] Drip { get; init; } = [];

    /// <summary>How often.</summary>
    public long DripMs { get; init; } = 1_000;

    /// <summary>
    /// After how long the server must have closed a connection; <see langword="null"/> when it need not.
    /// </summary>
    public long? CutAfterMs { get; init; }

    /// <inheritdoc/>
    public string Done => string.Create(
        CultureInfo.InvariantCulture,
        $"{_openMax:N0} connections at once, {_cut:N0} cut off, the oldest after {_oldestMs / 1000.0:F1} s");

    /// <inheritdoc/>
    public bool IsUnderWay => _openMax >= connections;

    /// <inheritdoc/>
    public void Step(long nowMs)
    {
        _owed = _lastMs == 0 ? 0 : Math.Min(_owed + (OpenedPerSecond * (nowMs - _lastMs) / 1000.0), OpenedPerSecond);
        _lastMs = nowMs;
        for (; _owed >= 1 && _open.Count < connections; _owed--)
        {
            Open(nowMs);
        }

        // TCP takes bytes only once the connection is made.
        _new.RemoveAll(one => SendsTogether || TrySendFirst(one));
        if (nowMs - _lastDripMs >= Math.Min(DripMs, 1_000))
        {
            _lastDripMs = nowMs;
            LookAtAll(nowMs);
        }

        _openMax = Math.Max(_openMax, _open.Count);
    }

    /// <inheritdoc/>
    public string? Complaint(long nowMs)
    {
        if (_refused > 0)
        {
            return $"{_refused} connections could not be made";
        }

        var oldestMs = _open.Select(one => nowMs - one.OpenedMs).Append(_oldestMs).Max();
        return CutAfterMs is { } limitMs && oldestMs > limitMs + s_slackMs
            ? $"a connection was held for {oldestMs} ms, not cut off after {limitMs} ms"
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in _open)
        {
            one.Dispose();
        }

        _open.Clear();
        _new.Clear();
    }

    private void Open(long nowMs)
    {
        var one = new AttackSocket(target, nowMs);
        if (one.IsRefused)
        {
            _refused++;
            one.Dispose();
            return;
        }

        _open.AddLast(one);
        _new.Add(one);
    }

    private bool TrySendFirst(AttackSocket one)
    {
        var count = one.Send(First.AsSpan((int)one.Sent));
        one.Sent += Math.Max(count, 0);
        return count < 0 || one.Sent == First.Length;
    }

    private void LookAtAll(long nowMs)
    {
        for (var node = _open.First; node is not null;)
        {
            var next = node.Next;
            if (!IsHeld(node.Value))
            {
                _cut++;
                _oldestMs = Math.Max(_oldestMs, nowMs - node.Value.OpenedMs);
                Close(node);
            }

            node = next;
        }
    }

    // Its number may soon be another one's: nothing more is sent on it.
    private void Close(LinkedListNode<AttackSocket> node)
    {
        node.Value.Dispose();
        _new.Remove(node.Value);
        _open.Remove(node);
    }

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
