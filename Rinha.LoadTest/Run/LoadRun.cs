using Rinha.LoadTest.Http;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

// A load run: warm-up, measured part, drain. Closed loop: each connection sends its next request when its answer
// arrives. Open loop: requests are due on a fixed schedule, and latency counts from it even if no connection was free.
// Runs on the event loop's thread alone.
internal sealed class LoadRun : IDriver, IConnectionOwner
{
    public const string PausedPhase = "paused";

    public const string UserAgent = "rinha-loadtest";

    private const long PausedTickNs = 10_000_000;
    private const long GraceNs = 20_000_000;

    // Limits reconnects to a server that refuses connections.
    private const long ReconnectDelayNs = 10_000_000;

    // Indexed by Operation.
    private static readonly string[] s_operations = ["debit", "credit", "statement"];

    private readonly LoadOptions _options;
    private readonly RunControl _control;
    private readonly IRequestObserver? _observer;
    private readonly LivePublisher? _live;
    private readonly RequestSequence _sequence;
    private readonly LoadSchedule _schedule;
    private readonly RequestWriter _writer;
    private readonly RetryQueue _retries;
    private readonly Stack<Connection> _idle = new();
    private readonly Queue<(long DueNs, Connection Connection)> _backingOff = new();
    private readonly PendingRequest[] _pending;
    // After the end, requests that were due before it may still be sent for this long. Pending retries occupy
    // connections until then.
    private readonly long _graceNs;
    private long _pausedAtNs;
    private int _inFlight;
    private long _drainEndsAtNs;
    private long _dueUntilNs;
    private Phase _phase = Phase.New;

    public LoadRun(
        EventLoop loop, LoadOptions options, RunControl control, LivePublisher? live, IRequestObserver? observer)
    {
        _live = live;
        _options = options;
        _control = control;
        _observer = observer;
        _sequence = new RequestSequence(
            options.Mix, options.Seed, options.DistinctTexts || options.HasKeys, options.Accounts, options.AmountCents);
        _schedule = new LoadSchedule(options);
        _writer = new RequestWriter(loop.Target.Host, UserAgent, options.HasKeys, options.ConnectionPerRequest);
        _retries = new RetryQueue(options.RetryFor);
        _graceNs = Math.Max(GraceNs, Nanoseconds(options.RetryFor ?? TimeSpan.Zero));
        _pending = new PendingRequest[options.Connections];
        Recorder = NewRecorder(options);
        for (var index = 0; index < options.Connections; index++)
        {
            var connection = loop.Rent(this);
            connection.Tag = index;
            _idle.Push(connection);
        }
    }

    private enum Phase
    {
        New,
        WarmUp,
        Measured,
        Draining, // Waits for requests in flight.
        Done,
    }

    public RunRecorder Recorder { get; }

    public long EndedAtNs { get; private set; }

    public DateTimeOffset StartedAt { get; private set; }

    public bool Interrupted { get; private set; }

    public bool IsDone => _phase == Phase.Done;

    private string PhaseName => (_phase, _control.Paused) switch
    {
        (Phase.WarmUp or Phase.Measured, true) => PausedPhase,
        (Phase.New or Phase.WarmUp, _) => "warm-up",
        _ => "running",
    };

    public static RunRecorder NewRecorder(LoadOptions options) =>
        new(s_operations, correcting: options.Rate is not null, scheduled: options.Rate is not null);

    public long OnTick(long nowNs)
    {
        while (_backingOff.TryPeek(out var backingOff) && backingOff.DueNs <= nowNs)
        {
            _idle.Push(_backingOff.Dequeue().Connection);
        }

        _retries.SendDue(nowNs);
        _live?.PublishIfRequested(Recorder, PhaseName, _inFlight);
        switch (_phase)
        {
            case Phase.New:
                _phase = Phase.WarmUp;
                _schedule.Begin(isWarmUp: true, nowNs);
                return Advance(nowNs);
            case Phase.Draining:
                return Drain(nowNs);
            default:
                return Advance(nowNs);
        }
    }

    public void OnAnswer(Connection connection, in Answer answer)
    {
        ref var pending = ref _pending[connection.Tag];
        var failure = BankAnswer.Judge(pending.Plan.Operation, answer);
        if (failure == FailureKind.UnexpectedStatus)
        {
            _observer?.OnFailure(pending.Plan, FailureKind.UnexpectedStatus, answer);
            if (TryScheduleRetry(connection, pending, failure.Value, answer.Status, answer.CompletedAtNs))
            {
                return;
            }
        }
        else
        {
            _observer?.OnAnswer(pending.Plan, answer);
        }

        _inFlight--;
        if (pending.Measured)
        {
            EndedAtNs = answer.CompletedAtNs;
            if (failure is { } kind)
            {
                RecordFailure(pending.Plan.Operation, kind, answer);
            }
            else
            {
                Recorder.Complete(
                    (int)pending.Plan.Operation, answer.Status, pending.IntendedAtNs, pending.SentAtNs, EndedAtNs);
            }
        }

        // A closed loop sends the next request here; an open loop only if it is behind schedule, even at the end.
        var maySend = _phase != Phase.Draining || answer.CompletedAtNs < _dueUntilNs + _graceNs;
        if (maySend && !Interrupted && !_control.Paused && _schedule.IsDue(answer.CompletedAtNs))
        {
            Send(connection, answer.CompletedAtNs);
        }
        else
        {
            _idle.Push(connection);
        }
    }

    public void OnFailure(Connection connection, FailureKind kind)
    {
        var pending = _pending[connection.Tag];
        var nowNs = Clock.NowNs;
        _observer?.OnFailure(pending.Plan, kind, new Answer(0, [], nowNs, connection.StartedAtNs));
        if (TryScheduleRetry(connection, pending, kind, status: 0, nowNs))
        {
            return;
        }

        _inFlight--;
        if (pending.Measured)
        {
            var plan = pending.Plan;
            EndedAtNs = nowNs;
            Recorder.Fail((int)plan.Operation, kind, nowNs, () => $"{plan.Operation} of client {plan.ClientId}");
        }

        _backingOff.Enqueue((nowNs + ReconnectDelayNs, connection));
    }

    private bool TryScheduleRetry(
        Connection connection, in PendingRequest pending, FailureKind kind, int status, long nowNs)
    {
        var isScheduled = _retries.TryAdd(connection, kind, status, nowNs);
        if (isScheduled && pending.Measured)
        {
            Recorder.CountRetry();
        }

        return isScheduled;
    }

    // Separate from OnAnswer, so that successful answers allocate no closure.
    private void RecordFailure(Operation operation, FailureKind kind, in Answer answer)
    {
        Recorder.CountStatus((int)operation, answer.Status);
        var example = BankAnswer.Describe(operation, answer.Status, answer.Body);
        Recorder.Fail((int)operation, kind, answer.CompletedAtNs, () => example);
    }

    private long Advance(long nowNs)
    {
        if (_pausedAtNs != 0 && (!_control.Paused || _control.StopRequested))
        {
            // A pause stops the schedule, the clock and the series.
            _schedule.SkipPause(nowNs - _pausedAtNs);
            if (_phase == Phase.Measured)
            {
                Recorder.SkipPause(nowNs - _pausedAtNs);
            }

            _pausedAtNs = 0;
        }

        Interrupted |= _control.StopRequested;
        if (_control.Paused && !Interrupted)
        {
            _pausedAtNs = _pausedAtNs == 0 ? nowNs : _pausedAtNs;
            return nowNs + PausedTickNs;
        }

        if (_phase == Phase.WarmUp && nowNs >= _schedule.EndsAtNs)
        {
            _phase = Phase.Measured;
            _schedule.Begin(isWarmUp: false, nowNs);
            StartedAt = DateTimeOffset.UtcNow;
            Recorder.Start(nowNs);
        }

        // Send everything due, even at the end: a late tick is the tester's fault, not the server's.
        while (!Interrupted && _idle.Count > 0 && _schedule.IsDue(nowNs))
        {
            Send(_idle.Pop(), nowNs);
        }

        var isOver = nowNs >= _schedule.EndsAtNs || (_schedule.IsExhausted && _inFlight == 0);
        return Interrupted || (_phase == Phase.Measured && isOver)
            ? BeginDrain(nowNs)
            : Math.Min(NextDueNs(), _schedule.EndsAtNs);
    }

    private long NextDueNs()
    {
        // With no idle connection, the next answer triggers the next send.
        var scheduleNs = _options.Rate is not null && _idle.Count > 0 ? _schedule.NextAtNs(0) : long.MaxValue;
        var reconnectNs = _backingOff.TryPeek(out var backingOff) ? backingOff.DueNs : long.MaxValue;
        return Math.Min(scheduleNs, Math.Min(reconnectNs, _retries.NextDueNs));
    }

    private void Send(Connection connection, long nowNs)
    {
        var intendedAtNs = _schedule.TakeNext(nowNs);
        var plan = _sequence.Next();
        var measured = _phase != Phase.WarmUp;
        _pending[connection.Tag] = new PendingRequest(plan, intendedAtNs, nowNs, measured);
        _inFlight++;
        if (measured)
        {
            Recorder.SendDelay?.Record(nowNs - intendedAtNs);
        }

        connection.Send(_writer.Write(plan, connection.RequestBuffer), nowNs);
    }

    private long BeginDrain(long nowNs)
    {
        if (_phase == Phase.Measured)
        {
            _dueUntilNs = Math.Min(nowNs, _schedule.EndsAtNs);
        }
        else
        {
            Recorder.Start(nowNs);
            StartedAt = DateTimeOffset.UtcNow;
        }

        _phase = Phase.Draining;
        EndedAtNs = Math.Max(EndedAtNs, Math.Min(nowNs, _schedule.EndsAtNs));
        _drainEndsAtNs = nowNs + _graceNs + Nanoseconds(_options.RequestTimeout);
        return Drain(nowNs);
    }

    // Open loop: fails requests that were due but never sent, because no connection became free in time.
    private void CountUnsent(long nowNs)
    {
        while (_options.Rate is not null
            && !(Interrupted && _idle.Count > 0)
            && _schedule.NextAtNs(nowNs) < _dueUntilNs
            && !_schedule.IsExhausted)
        {
            _schedule.TakeNext(nowNs);
            var plan = _sequence.Next();
            Recorder.Fail((int)plan.Operation, FailureKind.Unanswered, nowNs, () => "due, but never sent");
        }
    }

    private long Drain(long nowNs)
    {
        while (nowNs >= _drainEndsAtNs && _retries.TryRemove(out var connection))
        {
            OnFailure(connection, FailureKind.Unanswered);
        }

        if (_inFlight == 0 || nowNs >= _drainEndsAtNs)
        {
            CountUnsent(nowNs);
            Recorder.Advance(nowNs);
            _phase = Phase.Done;
        }

        return Math.Min(_drainEndsAtNs, _retries.NextDueNs);
    }

    private static long Nanoseconds(TimeSpan time) => (long)time.TotalNanoseconds;

    private readonly record struct PendingRequest(RequestPlan Plan, long IntendedAtNs, long SentAtNs, bool Measured);
}
