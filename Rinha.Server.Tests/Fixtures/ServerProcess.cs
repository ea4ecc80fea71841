namespace Rinha.Server.Tests.Fixtures;

/// <summary>The published binary as a process of its own; killed when disposed.</summary>
public sealed class ServerProcess : IServer, IDisposable
{
    private const int TerminateSignal = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    private readonly Process _process;
    private readonly EndPoint _endPoint;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private ServerProcess(
        string[] command, (string Name, string Value)[] environment, EndPoint endPoint, bool readsOutput = true)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in Setting.All.Select(setting => setting.Variable))
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _endPoint = endPoint;
        _output = readsOutput ? _process.StandardOutput.ReadToEndAsync() : Task.FromResult("");
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Starts it on a database and a unix socket and waits for its first 200.</summary>
    public static ServerProcess Start(
        string database, string socket, params (string Name, string Value)[] environment) =>
        StartUnder([], database, socket, environment);

    /// <summary>As <see cref="Start"/>, under a program like <c>unshare</c> that starts it.</summary>
    public static ServerProcess StartUnder(
        string[] starter, string database, string socket, params (string Name, string Value)[] environment) =>
        AwaitHealth(new ServerProcess(
            [.. starter, Repository.ServerBinary],
            [("DATABASE_URL", database), ("API_SOCKET", socket), .. environment],
            new UnixDomainSocketEndPoint(socket)));

    /// <summary>
    /// As <see cref="Start"/>; its standard output is not read until <see cref="ReadOutput"/>: the pipe takes 64 KB.
    /// </summary>
    public static ServerProcess StartUnread(
        string database, string socket, params (string Name, string Value)[] environment) =>
        AwaitHealth(new ServerProcess(
            [Repository.ServerBinary],
            [("DATABASE_URL", database), ("API_SOCKET", socket), .. environment],
            new UnixDomainSocketEndPoint(socket),
            readsOutput: false));

    /// <summary>Starts it on a database and a TCP port and waits for its first 200.</summary>
    public static ServerProcess StartOn(IPEndPoint endPoint, string database) => AwaitHealth(new ServerProcess(
        [Repository.ServerBinary],
        [("DATABASE_URL", database), ("API_HOST", $"{endPoint.Address}"), ("API_PORT", $"{endPoint.Port}")],
        endPoint));

    /// <summary>Runs it to its end, as a command.</summary>
    public static CommandExit Run(string[] arguments, params (string Name, string Value)[] environment) =>
        RunUnder([], arguments, environment);

    /// <summary>As <see cref="Run"/>, under a program like <c>setpriv</c> that starts it.</summary>
    public static CommandExit RunUnder(
        string[] starter, string[] arguments, params (string Name, string Value)[] environment)
    {
        using var server = new ServerProcess(
            [.. starter, Repository.ServerBinary, .. arguments], environment, new IPEndPoint(IPAddress.Loopback, 0));
        return server.AwaitExit();
    }

    public RawConnection Connect() => new(_endPoint);

    /// <summary>A line of the standard output of a server that was started unread.</summary>
    public string? ReadOutput() => _process.StandardOutput.ReadLine();

    /// <summary>Asks it politely to end, and does not wait.</summary>
    public void Terminate() => Assert.Equal(0, Signal(_process.Id, TerminateSignal));

    /// <summary>Asks it politely to end and waits for that.</summary>
    public CommandExit End()
    {
        Terminate();
        return AwaitExit();
    }

    /// <summary>Waits until it has ended.</summary>
    public CommandExit AwaitExit()
    {
        Assert.True(_process.WaitForExit(Wait.Timeout), "the server does not end");
        return new CommandExit(
            _process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    /// <summary>kill -9, as a crash.</summary>
    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Wait.Timeout), "a killed process goes on");
    }

    /// <summary>Freezes it where it stands, locks and all.</summary>
    public void Freeze()
    {
        Assert.Equal(0, Signal(_process.Id, Stop));
        Wait.Until(() => Directory.GetDirectories($"/proc/{_process.Id}/task").All(IsStopped), "all threads stop");
    }

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Assert.Equal(0, Signal(_process.Id, Continue));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    internal static extern int Signal(int process, int signal);

    private static ServerProcess AwaitHealth(ServerProcess server)
    {
        try
        {
            Wait.Until(() => server.IsHealthy() || server._process.HasExited, "the server answers");
            Assert.False(server._process.HasExited, "the server ended at once");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    // The state comes after the name, which is in parentheses (proc_pid_stat(5)).
    private static bool IsStopped(string task)
    {
        var stat = File.ReadAllText($"{task}/stat");
        return stat[stat.LastIndexOf(')') + 2] == 'T';
    }

    private bool IsHealthy()
    {
        try
        {
            using var connection = Connect();
            return connection.Exchange(RawRequest.Get("/health")).Status == 200;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
