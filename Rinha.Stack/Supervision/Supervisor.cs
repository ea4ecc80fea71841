namespace Rinha.Stack.Supervision;

/// <summary>
/// Starts the processes of a stack in their cgroups, waits until they answer, starts again what dies, and replaces the
/// servers one after the other when <c>restart</c> asks for it. Owned by one thread; deaths and the stop only wake it.
/// </summary>
public sealed class Supervisor : IDisposable
{
    private static readonly TimeSpan s_healthyWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_drainsWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    private readonly RunOptions _options;
    private readonly Action<string> _say;
    private readonly CancellationToken _stop;
    private readonly PostgresCluster? _database;
    private readonly StackLaunches _launches;
    private readonly RestartRequest _request;
    private readonly List<SupervisedProcess> _processes;
    private readonly AutoResetEvent _died = new(initialState: false);
    private StackInstance _stack;
    private bool _isStateStale;

    /// <summary>Looks after a stack that is prepared, and says what happens, until it is stopped.</summary>
    public Supervisor(RunOptions options, Action<string> say, CancellationToken stop)
    {
        _options = options;
        _say = say;
        _stop = stop;
        _processes = [.. options.Layout.Processes.Select(name => new SupervisedProcess(name))];
        _request = new RestartRequest(options.Data);
        _stack = new StackInstance(options.Data, new StackState(
            ProcessIdentity.Of(Environment.ProcessId),
            options.Port,
            RunningStacks.CreateSockets(options.Data),
            options.Layout,
            options.Server,
            options.HasLimits ? StackCgroup.Locate($"rinha-{options.Port}-{Environment.ProcessId}") : null,
            Processes: [],
            IsReady: false));
        _database = options.HasDatabase
            ? new PostgresCluster(
                PostgresPrograms.Need(new Packages(say)), options.Data.Cluster, _stack.State.DatabaseSockets)
            : null;
        _launches = new StackLaunches(options, _stack.State.Sockets, _database);
    }

    /// <summary>Runs the stack until it is stopped.</summary>
    public void Run()
    {
        WriteState();
        try
        {
            Start();
            while (true)
            {
                Watch(s_tick, []);
                if (_request.TryTake())
                {
                    AnswerRestart(ReplaceServers() is { } reason
                        ? RestartRequest.Failed + reason
                        : RestartRequest.Finished);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
        finally
        {
            _stack.End(_say);
        }
    }

    public void Dispose() => _died.Dispose();

    private void Start()
    {
        CreateCgroups();
        // The logs of the run before stay readable, those of this run start empty.
        foreach (var log in _options.Layout.Processes.Select(_options.Data.LogOf).Where(File.Exists))
        {
            File.Move(log, log + ".old", overwrite: true);
        }

        _launches.WriteConfigurations();
        _database?.CreateSockets();
        // Each group after those it needs: the proxy's first requests must not meet a missing socket.
        foreach (var group in _processes.GroupBy(process =>
            process.Name == StackLayout.Database ? 0 : process.Name == _options.Layout.Proxy ? 2 : 1))
        {
            StartHealthy([.. group]);
        }

        WriteState(_stack.State with { IsReady = true });
        foreach (var line in _stack.Describe())
        {
            _say(line);
        }
    }

    private void CreateCgroups()
    {
        var limits = _options.Check();
        if (_stack.State.Cgroup is { } cgroup
            && !_options.Layout.Processes.All(name => cgroup.TryCreate(name, limits[name]) && cgroup.CanEnter(name)))
        {
            cgroup.TryRemove();
            WriteState(_stack.State with { Cgroup = null });
        }
    }

    // During the start, a process that ends is an error and not something to start again.
    private void StartHealthy(List<SupervisedProcess> group)
    {
        group.ForEach(Start);
        var reason = group.Select(process => AwaitHealthy(process, _processes)).FirstOrDefault(one => one is not null);
        if (reason is not null)
        {
            throw new StackException(reason);
        }
    }

    private void Start(SupervisedProcess process)
    {
        // nginx refuses a socket file left by a killed predecessor.
        File.Delete(_launches.SocketOf(process.Name));
        process.SetStarted(ChildProcess.Start(
            _launches.Of(process.Name),
            _options.Data.LogOf(process.Name),
            _stack.State.Cgroup?.EntrancesOf(process.Name) ?? [],
            () => _died.Set()));
        WriteState();
    }

    // Waits until a process answers, and meanwhile looks after the others; returns the reason when it does not.
    private string? AwaitHealthy(SupervisedProcess process, List<SupervisedProcess> except)
    {
        for (var deadline = DateTime.UtcNow + s_healthyWithin; !IsHealthy(process.Name); Watch(s_poll, except))
        {
            var failure = process.Child.HasExited ? $"could not start ({process.Child.ExitText})"
                : DateTime.UtcNow > deadline ? $"does not answer after {s_healthyWithin.TotalSeconds} s"
                : null;
            if (failure is not null)
            {
                return $"{process.Name} {failure}: {_options.Data.LastLineOf(process.Name)}";
            }
        }

        return null;
    }

    private bool IsHealthy(string name) => name == StackLayout.Database
        ? _database!.Answers()
        : name == _options.Layout.Proxy
            ? HealthProbe.Answers(_options.Port)
            : HealthProbe.Answers(_launches.SocketOf(name));

    // Waits a moment, then looks after the processes, but for those that are being started.
    private void Watch(TimeSpan time, List<SupervisedProcess> except)
    {
        _ = WaitHandle.WaitAny([_died, _stop.WaitHandle], time);
        _stop.ThrowIfCancellationRequested();
        if (_isStateStale)
        {
            WriteState();
        }

        foreach (var process in _processes.Except(except))
        {
            if (process.HasDied)
            {
                var reason = process.Child.ExitText;
                var backOff = process.SetDied();
                // A killed nginx leaves workers that keep the port, PostgreSQL some that keep its memory.
                _stack.Kill(process.Name);
                WriteState();
                Event($"{process.Name} ended ({reason}); starting it again in {backOff.TotalMilliseconds} ms");
            }
            else if (process.IsDue)
            {
                Start(process);
                Event($"{process.Name} started again, pid {process.Child.Identity.Pid}");
            }
        }
    }

    // By what is on the disk now, one after the other, while the other one serves. Returns the reason when it cannot:
    // a new one that fails is tried again, as after a death.
    private string? ReplaceServers()
    {
        foreach (var name in StackLayout.Apis)
        {
            var other = StackLayout.Apis.First(api => api != name);
            if (!IsHealthy(other))
            {
                return $"{other} does not answer /health, so {name} goes on as it is";
            }

            // The server's end lets its clients go without losing a request.
            var without = Stopwatch.StartNew();
            var process = _processes.First(process => process.Name == name);
            process.Child.Identity.Send(Signal.Terminate);
            for (; !process.Child.HasExited; Watch(s_poll, [process]))
            {
                if (without.Elapsed > s_drainsWithin)
                {
                    _stack.Kill(name);
                }
            }

            Start(process);
            if (AwaitHealthy(process, [process]) is { } reason)
            {
                return $"{reason}; {other} goes on serving";
            }

            AnswerRestart($"{name} replaced, pid {process.Child.Identity.Pid}, " +
                $"without it for {without.Elapsed.TotalMilliseconds:F0} ms");
        }

        return null;
    }

    private void AnswerRestart(string text)
    {
        Event("restart: " + text);
        _request.Answer(text);
    }

    // A full disk must not end a stack that runs: the state is written when it can be.
    private void WriteState(StackState? changed = null)
    {
        var processes = _processes.Select(process => process.State).OfType<ProcessState>();
        var state = (changed ?? _stack.State) with { Processes = [.. processes] };
        _stack = _stack with { State = state };
        try
        {
            state.Write(_options.Data);
            _isStateStale = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _isStateStale = state.IsReady
                ? true
                : throw new StackException($"{_options.Data.Run} cannot be written: {error.Message}");
        }
    }

    private void Event(string text) => _say($"{DateTime.Now:HH:mm:ss} {text}");

    /// <summary>
    /// One process. One that keeps dying is started again after 0.2 s, then after twice as long each time up to 10 s;
    /// having lived for 10 s clears the record.
    /// </summary>
    private sealed class SupervisedProcess(string name)
    {
        private static readonly TimeSpan s_backOffMin = TimeSpan.FromMilliseconds(200);
        private static readonly TimeSpan s_backOffMax = TimeSpan.FromSeconds(10);

        private readonly Stopwatch _sinceChange = new();
        private ChildProcess? _child;
        private TimeSpan? _backOff;

        public string Name { get; } = name;

        /// <summary>The process, once it was started.</summary>
        public ChildProcess Child => _child ?? throw new InvalidOperationException($"{Name} was not started");

        /// <summary>What is written down of it; <see langword="null"/> before its first start.</summary>
        public ProcessState? State { get; private set; }

        public bool HasDied => State is { IsRestarting: false } && Child.HasExited;

        public bool IsDue => State is { IsRestarting: true } && _sinceChange.Elapsed >= _backOff;

        public void SetStarted(ChildProcess child)
        {
            var restarts = State is { IsRestarting: true } dead ? dead.Restarts + 1 : State?.Restarts ?? 0;
            _child = child;
            State = new ProcessState(Name, child.Identity, IsRestarting: false, restarts, DateTimeOffset.UtcNow);
            _sinceChange.Restart();
        }

        /// <summary>Plans the next start after a death, and returns how long it takes until then.</summary>
        public TimeSpan SetDied()
        {
            var next = _backOff is null || _sinceChange.Elapsed >= s_backOffMax ? s_backOffMin : _backOff.Value * 2;
            _backOff = next < s_backOffMax ? next : s_backOffMax;
            _sinceChange.Restart();
            State = State! with { IsRestarting = true };
            return _backOff.Value;
        }
    }
}
