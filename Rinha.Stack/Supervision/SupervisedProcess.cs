using Rinha.Stack.Processes;
using Rinha.Stack.Stacks;

namespace Rinha.Stack.Supervision;

/// <summary>
/// One process under a supervisor. One that keeps dying is started again after 0.2 s, then after twice as long each
/// time up to 10 s; having lived for 10 s clears the record.
/// </summary>
internal sealed class SupervisedProcess(string name)
{
    private static readonly TimeSpan s_backOffMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_backOffMax = TimeSpan.FromSeconds(10);

    private ChildProcess? _child;
    private DateTimeOffset _since;
    private long _started;
    private long _died;
    private TimeSpan? _backOff;
    private int _restarts;
    private bool _isRestarting;

    public string Name { get; } = name;

    /// <summary>The process, while it is supposed to run.</summary>
    public ChildProcess Child => _child ?? throw new InvalidOperationException($"{Name} was not started");

    public bool HasDied => !_isRestarting && _child is { HasExited: true };

    public bool IsDue => _isRestarting && Stopwatch.GetElapsedTime(_died) >= _backOff;

    /// <summary>What is written down of it; <see langword="null"/> before its first start.</summary>
    public ProcessState? State =>
        _child is null ? null : new ProcessState(Name, _child.Identity, _isRestarting, _restarts, _since);

    public void SetStarted(ChildProcess child)
    {
        _child = child;
        _since = DateTimeOffset.UtcNow;
        _started = Stopwatch.GetTimestamp();
        _isRestarting = false;
    }

    /// <summary>Counts another start after a death.</summary>
    public void CountRestart() => _restarts++;

    /// <summary>Plans the next start after a death.</summary>
    /// <returns>How long it takes until then.</returns>
    public TimeSpan SetDied()
    {
        _died = Stopwatch.GetTimestamp();
        _isRestarting = true;
        var lived = Stopwatch.GetElapsedTime(_started, _died);
        var next = _backOff is null || lived >= s_backOffMax ? s_backOffMin : _backOff.Value * 2;
        _backOff = next < s_backOffMax ? next : s_backOffMax;
        return _backOff.Value;
    }
}
