namespace Rinha.Stack.Supervision;

/// <summary>
/// Starts the processes of a stack in their cgroups, waits until they answer, restarts what dies, and replaces the
/// servers one by one on a restart request. Owned by one thread; process exits and the stop token only wake it.
/// </summary>
public sealed class Supervisor
{
    private static readonly TimeSpan s_healthTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    // One supervisor a process. Never disposed: a child may exit after the last wait.
    private static readonly AutoResetEvent s_wakeUp = new(initialState: false);

    private readonly RunOptions _options;
    private readonly Action<string> _log;
    private readonly CancellationToken _stop;
    private readonly Action _started;
    private readonly PostgresCluster? _database;
    private readonly LaunchCommands _commands;
    private readonly RestartRequest _request;
    private readonly List<SupervisedProcess> _processes;
    private StackInstance _stack;
    private bool _isStateStale;

    /// <param name="started">Called when all processes answer, before the stack says that it is up.</param>
    public Supervisor(RunOptions options, Action<string> log, Action started, CancellationToken stop)
    {
        _options = options;
        _log = log;
        _started = started;
        _stop = stop;
        _processes = [.. options.Layout.Processes.Select(name => new SupervisedProcess(name))];
        _request = new RestartRequest(options.Data);
        _stack = new StackInstance(options.Data, new StackState(
            ProcessIdentity.Of(Environment.ProcessId),
            options.Access,
            RunningStacks.CreateSockets(options.Data),
            options.Layout,
            options.LedgerText,
            options.Server,
            options.HasLimits ? StackCgroup.Locate($"rinha-{options.Access.Port}-{Environment.ProcessId}") : null,
            Processes: [],
            IsReady: false));
        _database = options.HasDatabase
            ? new PostgresCluster(
                PostgresPrograms.Require(new Packages(log)), options.Data.Cluster, _stack.State.DatabaseSockets)
            : null;
        _commands = new LaunchCommands(options, _stack.State.Sockets, _database);
    }

    /// <summary>Runs the prepared stack until the token is cancelled.</summary>
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
            // The stack was stopped.
        }
        finally
        {
            _stack.End(_log);
        }
    }

    private void Start()
    {
        CreateCgroups();
        // Keep the logs of the previous run.
        foreach (var log in _options.Layout.Processes.Select(_options.Data.LogOf).Where(File.Exists))
        {
            File.Move(log, log + ".old", overwrite: true);
        }

        _database?.CreateSockets();
        _database?.Create();
        _commands.WriteConfigurations();
        // In order of dependency: database, servers, proxy.
        foreach (var group in _processes.GroupBy(process =>
            process.Name == StackLayout.Database ? 0 : process.Name == _options.Layout.Proxy.Name ? 2 : 1))
        {
            StartHealthy([.. group]);
        }

        _commands.HasLedger = true;
        _started();
        foreach (var line in _stack.Describe())
        {
            _log(line);
        }

        // Last: run --detach then prints what this one has logged.
        WriteState(_stack.State with { IsReady = true });
    }

    private void CreateCgroups()
    {
        var limits = _options.Check();
        if (_stack.State.Cgroup is { } cgroup
            && !_options.Layout.Processes.All(name => cgroup.TryCreate(name, limits[name]) && cgroup.CanJoin(name)))
        {
            cgroup.TryRemove();
            WriteState(_stack.State with { Cgroup = null });
        }
    }

    // During the start, a process that exits is an error and is not restarted.
    private void StartHealthy(List<SupervisedProcess> group)
    {
        group.ForEach(Start);
        foreach (var process in group)
        {
            if (AwaitHealthy(process, _processes) is { } reason)
            {
                // 2 is how a server refuses a setting, its file or its database.
                throw StackLayout.Apis.Contains(process.Name) && process.Child is { HasExited: true, ExitCode: 2 }
                    ? new UsageException(reason)
                    : new StackException(reason);
            }
        }
    }

    private void Start(SupervisedProcess process)
    {
        // nginx refuses to bind to a socket file that a killed predecessor left.
        File.Delete(_commands.SocketOf(process.Name));
        process.MarkStarted(ChildProcess.Start(
            _commands.For(process.Name),
            _options.Data.LogOf(process.Name),
            _stack.State.Cgroup?.ProcsFilesOf(process.Name) ?? [],
            () => s_wakeUp.Set()));
        WriteState();
    }

    // Waits until a process answers, supervising the others meanwhile. Returns the reason for a failure, or null.
    private string? AwaitHealthy(SupervisedProcess process, List<SupervisedProcess> except)
    {
        var timeout = s_healthTimeout + RunSettings.DatabaseWaitOf(_options.Layout);
        for (var deadline = DateTime.UtcNow + timeout; !IsHealthy(process.Name); Watch(s_poll, except))
        {
            var failure = process.Child.HasExited ? $"could not start ({process.Child.ExitText})"
                : DateTime.UtcNow > deadline ? $"did not answer within {timeout.TotalSeconds} s"
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
        : name == _options.Layout.Proxy.Name
            ? HealthProbe.Answers(_options.Access.Port)
            : HealthProbe.HealthOf(_commands.SocketOf(name)) == HealthProbe.Healthy;

    // Waits for an event or the timeout, then restarts dead processes, except those being started.
    private void Watch(TimeSpan timeout, List<SupervisedProcess> except)
    {
        _ = WaitHandle.WaitAny([s_wakeUp, _stop.WaitHandle], timeout);
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
                var backOff = process.MarkDied();
                // A killed nginx leaves workers that hold the port; PostgreSQL's hold its shared memory.
                _stack.Kill(process.Name);
                WriteState();
                LogEvent($"{process.Name} exited ({reason}); restarting in {backOff.TotalMilliseconds} ms");
            }
            else if (process.IsDue)
            {
                Start(process);
                LogEvent($"{process.Name} restarted, pid {process.Child.Identity.Pid}");
            }
        }
    }

    // Replaces the servers one by one with the binary now on disk, while the other serves. Returns the reason for a
    // failure, or null. A new process that fails is retried as after a death.
    private string? ReplaceServers()
    {
        foreach (var name in StackLayout.Apis)
        {
            var other = StackLayout.Apis.First(api => api != name);
            if (HealthProbe.HealthOf(_commands.SocketOf(other)) is not HealthProbe.Healthy and var health)
            {
                return (health == HealthProbe.NoAnswer ? $"{other} does not answer /health" : $"{other} is {health}")
                    + $", so {name} was not replaced";
            }

            // On SIGTERM a server drains without losing a request.
            var downtime = Stopwatch.StartNew();
            var process = _processes.First(process => process.Name == name);
            process.Child.Identity.Send(Signal.Terminate);
            for (; !process.Child.HasExited; Watch(s_poll, [process]))
            {
                if (downtime.Elapsed > s_drainTimeout)
                {
                    _stack.Kill(name);
                }
            }

            Start(process);
            if (AwaitHealthy(process, [process]) is { } reason)
            {
                return $"{reason}; {other} keeps serving";
            }

            AnswerRestart($"{name} replaced, pid {process.Child.Identity.Pid}, " +
                $"down for {downtime.Elapsed.TotalMilliseconds:F0} ms");
        }

        return null;
    }

    private void AnswerRestart(string text)
    {
        LogEvent("restart: " + text);
        Files.Try(() => _request.Answer(text));
    }

    // A disk that fails must not stop a running stack: retry the write later.
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

    private void LogEvent(string text) => Files.Try(() => _log($"{DateTime.Now:HH:mm:ss} {text}"));

    // One process and its back-off: 0.2 s, doubled after each early death up to 10 s, reset after 10 s of uptime.
    private sealed class SupervisedProcess(string name)
    {
        private static readonly TimeSpan s_backOffMin = TimeSpan.FromMilliseconds(200);
        private static readonly TimeSpan s_backOffMax = TimeSpan.FromSeconds(10);

        private readonly Stopwatch _sinceChange = new();
        private ChildProcess? _child;
        private TimeSpan? _backOff;

        public string Name { get; } = name;

        public ChildProcess Child => _child ?? throw new InvalidOperationException($"{Name} was not started");

        // Null before the first start.
        public ProcessState? State { get; private set; }

        public bool HasDied => State is { IsRestarting: false } && Child.HasExited;

        public bool IsDue => State is { IsRestarting: true } && _sinceChange.Elapsed >= _backOff;

        public void MarkStarted(ChildProcess child)
        {
            var restarts = State is { IsRestarting: true } dead ? dead.Restarts + 1 : State?.Restarts ?? 0;
            _child = child;
            State = new ProcessState(Name, child.Identity, IsRestarting: false, restarts, DateTimeOffset.UtcNow);
            _sinceChange.Restart();
        }

        // Schedules the next start and returns the delay.
        public TimeSpan MarkDied()
        {
            var next = _backOff is null || _sinceChange.Elapsed >= s_backOffMax ? s_backOffMin : _backOff.Value * 2;
            _backOff = next < s_backOffMax ? next : s_backOffMax;
            _sinceChange.Restart();
            State = State! with { IsRestarting = true };
            return _backOff.Value;
        }
    }
}
