using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Processes;
using Rinha.Stack.Stacks;

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
    private readonly DataDirectory _data;
    private readonly StackLayout _layout;
    private readonly string _sockets;
    private readonly PostgresCluster? _database;
    private readonly StackLaunches _launches;
    private readonly RestartRequest _request;
    private readonly List<SupervisedProcess> _processes;
    private readonly AutoResetEvent _died = new(initialState: false);
    private StackState _state;
    private bool _isStateStale;

    /// <summary>A supervisor of a stack that is prepared.</summary>
    /// <param name="options">The stack.</param>
    /// <param name="say">Takes a line about what happens.</param>
    /// <param name="stop">Ends it.</param>
    public Supervisor(RunOptions options, Action<string> say, CancellationToken stop)
    {
        _options = options;
        _say = say;
        _stop = stop;
        _data = options.Data;
        _layout = options.Floor is null ? options.Layout : options.Layout.WithoutLedger();
        _sockets = RunningStacks.CreateSockets(_data);
        _processes = [.. _layout.Processes.Select(name => new SupervisedProcess(name))];
        _request = new RestartRequest(_data);
        _state = new StackState
        {
            Supervisor = ProcessIdentity.Of(Environment.ProcessId),
            Port = options.Port,
            Sockets = _sockets,
            Layout = _layout,
            IsFloor = options.Floor is not null,
            Server = options.Server,
            Cgroup = options.HasLimits ? StackCgroup.Locate($"rinha-{options.Port}-{Environment.ProcessId}") : null,
        };
        _database = _layout.Processes.Contains(StackLayout.Database)
            ? new PostgresCluster(PostgresPrograms.Need(new Packages(say)), _data.Cluster, _state.DatabaseSockets)
            : null;
        _launches = new StackLaunches(options, _sockets, _database);
    }

    private StackInstance Stack => new(_data, _state);

    /// <summary>Runs the stack until it is stopped.</summary>
    /// <exception cref="StackException">It could not be started; nothing of it is left.</exception>
    public void Run()
    {
        WriteState();
        try
        {
            Start();
            while (true)
            {
                Watch(s_tick);
                if (_request.TryTake())
                {
                    Roll();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
        finally
        {
            Stack.End(_say);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _died.Dispose();

    private void Start()
    {
        CreateCgroups();
        RotateLogs();
        _launches.WriteConfigurations();
        if (_database is not null)
        {
            _database.CreateSockets();
            StartHealthy(StackLayout.Database);
        }

        // The proxy after its upstreams: its first requests must not meet a missing socket.
        StartHealthy([.. StackLayout.Apis]);
        StartHealthy(_layout.Proxy);
        _state = _state with { IsReady = true };
        WriteState();
        foreach (var line in Stack.Describe())
        {
            _say(line);
        }
    }

    private void CreateCgroups()
    {
        var limits = _options.Check();
        if (_state.Cgroup is { } cgroup
            && !_layout.Processes.All(name => cgroup.TryCreate(name, limits[name]) && cgroup.CanEnter(name)))
        {
            cgroup.TryRemove();
            _state = _state with { Cgroup = null };
        }
    }

    // The logs of the run before stay readable, those of this run start empty.
    private void RotateLogs()
    {
        foreach (var log in _layout.Processes.Select(_data.LogOf).Where(File.Exists))
        {
            File.Move(log, log + ".old", overwrite: true);
        }
    }

    // During the start, a process that ends is an error and not something to start again.
    private void StartHealthy(params string[] names)
    {
        foreach (var name in names)
        {
            Start(Find(name));
        }

        foreach (var name in names)
        {
            if (AwaitHealthy(Find(name), Pause) is { } reason)
            {
                throw new StackException(reason);
            }
        }
    }

    private SupervisedProcess Find(string name) => _processes.First(process => process.Name == name);

    private void Start(SupervisedProcess process)
    {
        // nginx refuses a socket file left by a killed predecessor.
        File.Delete(StackLaunches.SocketOf(_sockets, process.Name));
        process.SetStarted(ChildProcess.Start(
            _launches.Of(process.Name),
            _data.LogOf(process.Name),
            _state.Cgroup?.EntrancesOf(process.Name) ?? [],
            () => _died.Set()));
        WriteState();
    }

    /// <summary>Waits until a process answers; returns the reason when it does not.</summary>
    private string? AwaitHealthy(SupervisedProcess process, Action pause)
    {
        for (var deadline = DateTime.UtcNow + s_healthyWithin; !IsHealthy(process.Name); pause())
        {
            if (process.Child.HasExited)
            {
                return $"{process.Name} could not start ({process.Child.ExitText}): {_data.LastLineOf(process.Name)}";
            }

            if (DateTime.UtcNow > deadline)
            {
                return $"{process.Name} does not answer after {s_healthyWithin.TotalSeconds} s: " +
                    _data.LastLineOf(process.Name);
            }
        }

        return null;
    }

    private bool IsHealthy(string name)
    {
        if (name == StackLayout.Database)
        {
            return _database!.Answers();
        }

        return name == _layout.Proxy
            ? HealthProbe.Answers(_options.Port)
            : HealthProbe.Answers(StackLaunches.SocketOf(_sockets, name));
    }

    private void Pause()
    {
        _stop.WaitHandle.WaitOne(s_poll);
        _stop.ThrowIfCancellationRequested();
    }

    /// <summary>Waits a moment, then looks after the processes, but for one that is being replaced.</summary>
    private void Watch(TimeSpan time, SupervisedProcess? except = null)
    {
        _ = WaitHandle.WaitAny([_died, _stop.WaitHandle], time);
        _stop.ThrowIfCancellationRequested();
        if (_isStateStale)
        {
            WriteState();
        }

        foreach (var process in _processes.Where(process => process != except))
        {
            if (process.HasDied)
            {
                ScheduleRestart(process);
            }
            else if (process.IsDue)
            {
                process.CountRestart();
                Start(process);
                Event($"{process.Name} started again, pid {process.Child.Identity.Pid}");
            }
        }
    }

    private void ScheduleRestart(SupervisedProcess process)
    {
        var reason = process.Child.ExitText;
        var backOff = process.SetDied();
        // A killed nginx leaves workers that keep the port, PostgreSQL some that keep its memory.
        Stack.Kill(process.Name);
        WriteState();
        Event($"{process.Name} ended ({reason}); starting it again in {backOff.TotalMilliseconds} ms");
    }

    /// <summary>
    /// Replaces the servers by what is on the disk now, one after the other, while the other one serves.
    /// </summary>
    private void Roll()
    {
        foreach (var name in StackLayout.Apis)
        {
            var other = StackLayout.Apis.First(api => api != name);
            if (!IsHealthy(other))
            {
                AnswerRestart($"{RestartRequest.Failed}{other} does not answer /health, so {name} goes on as it is");
                return;
            }

            var began = DateTime.UtcNow;
            if (Replace(Find(name)) is { } reason)
            {
                AnswerRestart($"{RestartRequest.Failed}{reason}; {other} goes on serving");
                return;
            }

            AnswerRestart(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} replaced, pid {Find(name).Child.Identity.Pid}, " +
                $"without it for {(DateTime.UtcNow - began).TotalMilliseconds:F0} ms"));
        }

        AnswerRestart(RestartRequest.Finished);
    }

    // The server's end lets its clients go without losing a request. When the new one fails, the supervisor goes on
    // trying, as after a death.
    private string? Replace(SupervisedProcess process)
    {
        process.Child.Identity.Send(Signal.Terminate);
        for (var deadline = DateTime.UtcNow + s_drainsWithin; !process.Child.HasExited; Watch(s_poll, process))
        {
            if (DateTime.UtcNow > deadline)
            {
                Stack.Kill(process.Name);
            }
        }

        Start(process);
        return AwaitHealthy(process, () => Watch(s_poll, process));
    }

    private void AnswerRestart(string text)
    {
        Event("restart: " + text);
        _request.Answer(text);
    }

    // A full disk must not end a stack that runs: the state is written when it can be.
    private void WriteState()
    {
        _state = _state with { Processes = [.. _processes.Select(process => process.State).OfType<ProcessState>()] };
        try
        {
            _state.Write(_data);
            _isStateStale = false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _isStateStale = _state.IsReady
                ? true
                : throw new StackException($"{_data.Run} cannot be written: {error.Message}");
        }
    }

    private void Event(string text) => _say($"{DateTime.Now:HH:mm:ss} {text}");
}
