using Rinha.LoadTest.Check;
using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Run;

/// <summary>
/// A load run: warm-up, measured part, drain. Closed loop: each connection sends its next request when it has its
/// answer. Open loop: requests are due on a fixed schedule and count from it, whether a connection was free or not.
/// Everything here runs on the engine's thread.
/// </summary>
internal sealed class LoadRun : IDriver, IConnectionOwner
{
    /// <summary>What a snapshot calls a run that is paused.</summary>
    public const string PausedPhase = "paused";

    /// <summary>The value of the <c>user-agent</c> header.</summary>
    public const string UserAgent = "rinha-loadtest";

    private const long PausedTickNs = 10_000_000;
    private const long GraceNs = 20_000_000;

    private readonly LoadOptions _options;
    private readonly RunControl _control;
    private readonly IRequestObserver? _observer;
    private readonly LiveExchange _live;
    private readonly RequestSequence _sequence;
    private readonly LoadSchedule _schedule;
    private readonly RequestWriter _writer;
    private readonly IdleConnections _idle = new();
    private readonly RetryQueue _retries;
    private readonly Flight[] _flights;
    // What was due just before the end may still leave: a good server is only busy, a slow one gets no further anyway.
    // Retries, which keep connections from what is due, take longer.
    private readonly long _graceNs;
    private long _pausedAtNs;
    private int _inFlight;
    private long _drainEndsAtNs;
    private long _dueUntilNs;
    private LoadPhase _phase = LoadPhase.New;

    public LoadRun(
        EventLoop loop, LoadOptions options, RunControl control, LiveExchange live, IRequestObserver? observer = null)
    {
        _live = live;
        _options = options;
        _control = control;
        _observer = observer;
        _sequence = new RequestSequence(
            options.Mix, options.Seed, options.DistinctTexts || options.HasKeys, options.Accounts, options.AmountCents);
        _schedule = new LoadSchedule(options);
        _writer = new RequestWriter(loop.Target.Host, UserAgent, options.HasKeys, options.ClosesConnections);
        _retries = new RetryQueue(options.RetryFor);
        _graceNs = Math.Max(GraceNs, Nanoseconds(options.RetryFor ?? TimeSpan.Zero));
        _flights = new Flight[options.Connections];
        Recorder = NewRecorder(options);
        for (var index = 0; index < options.Connections; index++)
        {
            var connection = loop.Rent(this);
            connection.Tag = index;
            _idle.Add(connection);
        }
    }

    /// <summary>What was measured.</summary>
    public RunRecorder Recorder { get; }

    /// <summary>When the last measured thing happened, in <see cref="Clock"/> nanoseconds.</summary>
    public long EndedAtNs { get; private set; }

    /// <summary>When the measured part began.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>Whether somebody ended the run early.</summary>
    public bool Interrupted { get; private set; }

    private string PhaseName => (_phase, _control.Paused) switch
    {
        (LoadPhase.WarmUp or LoadPhase.Measured, true) => PausedPhase,
        (LoadPhase.New or LoadPhase.WarmUp, _) => "warm-up",
        _ => "running",
    };

    /// <summary>A recorder for such a run.</summary>
    public static RunRecorder NewRecorder(LoadOptions options) =>
        new(Operations.Names, correcting: options.Rate is not null, scheduled: options.Rate is not null);

    /// <inheritdoc/>
    public bool IsDone => _phase == LoadPhase.Done;

    /// <inheritdoc/>
    public long OnTick(long nowNs)
    {
        _idle.Wake(nowNs);
        _retries.SendDue(nowNs);
        _live.Serve(Recorder, PhaseName, _inFlight);
        return _phase switch
        {
            LoadPhase.New => Begin(nowNs),
            LoadPhase.Draining => Drain(nowNs),
            _ => Advance(nowNs),
        };
    }

    /// <inheritdoc/>
    public void OnAnswer(Connection connection, in Answer answer)
    {
        ref var flight = ref _flights[connection.Tag];
        var failure = AnswerJudge.Judge(flight.Plan.Operation, answer);
        if (failure == FailureKind.UnexpectedStatus)
        {
            _observer?.OnFailure(flight.Plan, FailureKind.UnexpectedStatus, answer);
            if (IsRetried(connection, flight, FailureKind.UnexpectedStatus, answer.Status, answer.CompletedAtNs))
            {
                return;
            }
        }
        else
        {
            _observer?.OnAnswer(flight.Plan, answer);
        }

        _inFlight--;
        if (flight.Measured)
        {
            EndedAtNs = answer.CompletedAtNs;
            flight.Record(Recorder, failure, answer);
        }

        // A closed loop goes on from here; an open loop only when it is behind its schedule, at the end too.
        var isOpen = _phase != LoadPhase.Draining || answer.CompletedAtNs < _dueUntilNs + _graceNs;
        if (isOpen && !Interrupted && !_control.Paused && _schedule.IsDue(answer.CompletedAtNs))
        {
            Send(connection, answer.CompletedAtNs);
        }
        else
        {
            _idle.Add(connection);
        }
    }

    /// <inheritdoc/>
    public void OnFailure(Connection connection, FailureKind kind)
    {
        ref var flight = ref _flights[connection.Tag];
        var nowNs = Clock.NowNs;
        _observer?.OnFailure(flight.Plan, kind, answer: default);
        if (IsRetried(connection, flight, kind, status: 0, nowNs))
        {
            return;
        }

        _inFlight--;
        if (flight.Measured)
        {
            EndedAtNs = nowNs;
            flight.Record(Recorder, kind, nowNs);
        }

        _idle.Rest(connection, nowNs);
    }

    private bool IsRetried(Connection connection, in Flight flight, FailureKind kind, int status, long nowNs)
    {
        var isRetried = _retries.TryAdd(connection, kind, status, nowNs);
        if (isRetried && flight.Measured)
        {
            Recorder.CountRetry();
        }

        return isRetried;
    }

    private long Begin(long nowNs)
    {
        _phase = LoadPhase.WarmUp;
        _schedule.Begin(isWarmUp: true, nowNs);
        return Advance(nowNs);
    }

    // Warm-up or measured part: moves on when it is over, else starts what is due.
    private long Advance(long nowNs)
    {
        if (_pausedAtNs != 0 && (!_control.Paused || _control.StopRequested))
        {
            // Schedule, clock and seconds stand still during a pause.
            _schedule.SkipPause(nowNs - _pausedAtNs);
            if (_phase == LoadPhase.Measured)
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

        if (_phase == LoadPhase.WarmUp && nowNs >= _schedule.EndsAtNs)
        {
            _phase = LoadPhase.Measured;
            _schedule.Begin(isWarmUp: false, nowNs);
            StartedAt = DateTimeOffset.UtcNow;
            Recorder.Start(nowNs);
        }

        // What is due leaves first, also at the end: a late tick is the tester's fault, not the server's.
        while (!Interrupted && _idle.IsAnyReady && _schedule.IsDue(nowNs))
        {
            Send(_idle.Take(), nowNs);
        }

        if (Interrupted || (_phase == LoadPhase.Measured && IsOver(nowNs)))
        {
            return BeginDrain(nowNs);
        }

        return Math.Min(NextDueNs(), _schedule.EndsAtNs);
    }

    private bool IsOver(long nowNs) => nowNs >= _schedule.EndsAtNs || (_schedule.IsUsedUp && _inFlight == 0);

    private long NextDueNs()
    {
        // With no connection free, the next answer is the next chance.
        var scheduleNs = _options.Rate is not null && _idle.IsAnyReady ? _schedule.NextAtNs(0) : long.MaxValue;
        return Math.Min(scheduleNs, Math.Min(_idle.NextDueNs, _retries.NextDueNs));
    }

    private void Send(Connection connection, long nowNs)
    {
        var intendedAtNs = _schedule.Issue(nowNs);
        var plan = _sequence.Next();
        var measured = _phase != LoadPhase.WarmUp;
        _flights[connection.Tag] = new Flight(plan, intendedAtNs, nowNs, measured);
        _inFlight++;
        if (measured)
        {
            Recorder.SendDelay?.Record(nowNs - intendedAtNs);
        }

        connection.Send(_writer.Write(plan, connection.RequestBuffer), nowNs);
    }

    private long BeginDrain(long nowNs)
    {
        if (_phase == LoadPhase.Measured)
        {
            _dueUntilNs = Math.Min(nowNs, _schedule.EndsAtNs);
        }
        else
        {
            Recorder.Start(nowNs);
            StartedAt = DateTimeOffset.UtcNow;
        }

        _phase = LoadPhase.Draining;
        EndedAtNs = Math.Max(EndedAtNs, Math.Min(nowNs, _schedule.EndsAtNs));
        _drainEndsAtNs = nowNs + _graceNs + Nanoseconds(_options.RequestTimeout);
        return Drain(nowNs);
    }

    // What was due in an open loop and never left: the server gave no connection back in time.
    private void CountUnsent(long nowNs)
    {
        while (_options.Rate is not null
            && !(Interrupted && _idle.IsAnyReady)
            && _schedule.NextAtNs(nowNs) < _dueUntilNs
            && !_schedule.IsUsedUp)
        {
            _schedule.Issue(nowNs);
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
            _phase = LoadPhase.Done;
        }

        return Math.Min(_drainEndsAtNs, _retries.NextDueNs);
    }

    private static long Nanoseconds(TimeSpan time) => (long)time.TotalNanoseconds;
}
