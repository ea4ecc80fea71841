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

    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long ReconnectDelayNs = 10_000_000;
    // What was due just before the end may still leave: a good server is only busy, a slow one gets no further anyway.
    private const long GraceNs = 20_000_000;

    private readonly LoadOptions _options;
    private readonly RunControl _control;
    private readonly IRequestObserver? _observer;
    private readonly LiveExchange _live;
    private readonly RequestSequence _sequence;
    private readonly RequestWriter _writer;
    private readonly Stack<Connection> _ready = new();
    private readonly Queue<(long DueNs, Connection Connection)> _resting = new();
    private readonly Flight[] _flights;
    private long _phaseStartedAtNs;
    private long _pausedAtNs;
    private long _issued;
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
        _sequence = new RequestSequence(options.Mix, options.Seed, options.DistinctTexts);
        _writer = new RequestWriter(loop.Target.Host, UserAgent, RequestSequence.Clients);
        _flights = new Flight[options.Connections];
        Recorder = NewRecorder(options);
        for (var index = 0; index < options.Connections; index++)
        {
            var connection = loop.Rent(this);
            connection.Tag = index;
            _ready.Push(connection);
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
        Wake(nowNs);
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
        _inFlight--;
        var failure = AnswerJudge.Judge(flight.Plan.Operation, answer);
        if (failure == FailureKind.UnexpectedStatus)
        {
            _observer?.OnFailure(flight.Plan, FailureKind.UnexpectedStatus);
        }
        else
        {
            _observer?.OnAnswer(flight.Plan, answer);
        }

        if (flight.Measured)
        {
            EndedAtNs = answer.CompletedAtNs;
            flight.Record(Recorder, failure, answer);
        }

        // A closed loop goes on from here; an open loop only when it is behind its schedule, at the end too.
        var isOpen = _phase != LoadPhase.Draining || answer.CompletedAtNs < _dueUntilNs + GraceNs;
        if (isOpen && !Interrupted && !_control.Paused && IsDue(answer.CompletedAtNs))
        {
            Send(connection, answer.CompletedAtNs);
        }
        else
        {
            _ready.Push(connection);
        }
    }

    /// <inheritdoc/>
    public void OnFailure(Connection connection, FailureKind kind)
    {
        ref var flight = ref _flights[connection.Tag];
        _inFlight--;
        _observer?.OnFailure(flight.Plan, kind);
        var nowNs = Clock.NowNs;
        if (flight.Measured)
        {
            EndedAtNs = nowNs;
            flight.Record(Recorder, kind, nowNs);
        }

        // A server that refuses is not asked a million times a second.
        _resting.Enqueue((nowNs + ReconnectDelayNs, connection));
    }

    private long Begin(long nowNs)
    {
        _phase = LoadPhase.WarmUp;
        _phaseStartedAtNs = nowNs;
        return Advance(nowNs);
    }

    // Warm-up or measured part: moves on when it is over, else starts what is due.
    private long Advance(long nowNs)
    {
        if (_pausedAtNs != 0 && (!_control.Paused || _control.StopRequested))
        {
            // Schedule, clock and seconds stand still during a pause.
            _phaseStartedAtNs += nowNs - _pausedAtNs;
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
            return nowNs + ReconnectDelayNs;
        }

        if (_phase == LoadPhase.WarmUp && nowNs >= _phaseStartedAtNs + Nanoseconds(_options.WarmUp))
        {
            _phase = LoadPhase.Measured;
            _phaseStartedAtNs = nowNs;
            _issued = 0;
            StartedAt = DateTimeOffset.UtcNow;
            Recorder.Start(nowNs);
        }

        // What is due leaves first, also at the end: a late tick is the tester's fault, not the server's.
        while (!Interrupted && _ready.Count > 0 && IsDue(nowNs))
        {
            Send(_ready.Pop(), nowNs);
        }

        if (Interrupted || (_phase == LoadPhase.Measured && IsOver(nowNs)))
        {
            return BeginDrain(nowNs);
        }

        return Math.Min(NextDueNs(), PhaseEndsAtNs());
    }

    private bool IsOver(long nowNs) => nowNs >= PhaseEndsAtNs() || (_issued >= _options.Iterations && _inFlight == 0);

    private long PhaseEndsAtNs()
    {
        if (_phase == LoadPhase.WarmUp)
        {
            return _phaseStartedAtNs + Nanoseconds(_options.WarmUp);
        }

        return _options.Duration is { } duration ? _phaseStartedAtNs + Nanoseconds(duration) : long.MaxValue;
    }

    private bool IsDue(long nowNs) =>
        !(_phase != LoadPhase.WarmUp && _issued >= _options.Iterations)
        && (_options.Rate is null ? nowNs : IntendedAtNs(_issued)) < PhaseEndsAtNs()
        && (_options.Rate is null || IntendedAtNs(_issued) <= nowNs);

    private long NextDueNs()
    {
        var restingNs = _resting.TryPeek(out var resting) ? resting.DueNs : long.MaxValue;
        // With no connection free, the next answer is the next chance.
        var scheduleNs = _options.Rate is not null && _ready.Count > 0 ? IntendedAtNs(_issued) : long.MaxValue;
        return Math.Min(restingNs, scheduleNs);
    }

    private long IntendedAtNs(long index) =>
        _phaseStartedAtNs + (long)(index * (NanosecondsPerSecond / _options.Rate!.Value));

    private void Send(Connection connection, long nowNs)
    {
        var intendedAtNs = _options.Rate is null ? nowNs : IntendedAtNs(_issued);
        var plan = _sequence.Next();
        var measured = _phase != LoadPhase.WarmUp;
        _flights[connection.Tag] = new Flight(plan, intendedAtNs, nowNs, measured);
        _issued++;
        _inFlight++;
        if (measured)
        {
            Recorder.SendDelay?.Record(nowNs - intendedAtNs);
        }

        connection.Send(_writer.Write(plan, connection.RequestBuffer), nowNs);
    }

    private void Wake(long nowNs)
    {
        while (_resting.TryPeek(out var resting) && resting.DueNs <= nowNs)
        {
            _ready.Push(_resting.Dequeue().Connection);
        }
    }

    private long BeginDrain(long nowNs)
    {
        if (_phase == LoadPhase.Measured)
        {
            _dueUntilNs = Math.Min(nowNs, PhaseEndsAtNs());
        }
        else
        {
            Recorder.Start(nowNs);
            StartedAt = DateTimeOffset.UtcNow;
        }

        _phase = LoadPhase.Draining;
        EndedAtNs = Math.Max(EndedAtNs, Math.Min(nowNs, PhaseEndsAtNs()));
        _drainEndsAtNs = nowNs + Nanoseconds(_options.RequestTimeout);
        return Drain(nowNs);
    }

    // What was due in an open loop and never left: the server gave no connection back in time.
    private void CountUnsent(long nowNs)
    {
        while (_options.Rate is not null
            && !(Interrupted && _ready.Count > 0)
            && IntendedAtNs(_issued) < _dueUntilNs
            && !(_issued >= _options.Iterations))
        {
            _issued++;
            var plan = _sequence.Next();
            Recorder.Fail((int)plan.Operation, FailureKind.Unanswered, nowNs, () => "due, but never sent");
        }
    }

    private long Drain(long nowNs)
    {
        if (_inFlight == 0 || nowNs >= _drainEndsAtNs)
        {
            CountUnsent(nowNs);
            Recorder.Advance(nowNs);
            _phase = LoadPhase.Done;
        }

        return _drainEndsAtNs;
    }

    private static long Nanoseconds(TimeSpan time) => (long)time.TotalNanoseconds;
}
