using Rinha.Stack.Processes;

namespace Rinha.Server.Tests.Fixtures;

// A process of the published binary; killed when disposed.
public sealed class ServerProcess : IServer, IDisposable
{
    private readonly TestProcess _process;
    private readonly EndPoint _endPoint;

    private ServerProcess(
        string[] command, (string Name, string Value)[] environment, EndPoint endPoint, bool readsOutput = true)
    {
        var cleared = Setting.All.Select(setting => (setting.Variable, ""));
        _process = new TestProcess(command, [.. cleared, .. environment], readsOutput: readsOutput);
        _endPoint = endPoint;
    }

    public int Id => _process.Id;

    // Starts the server on a database and a unix socket and waits for its first 200.
    public static ServerProcess Start(
        string database, string socket, params (string Name, string Value)[] environment) =>
        StartUnder([], database, socket, environment);

    // Like Start, through a launcher such as unshare.
    public static ServerProcess StartUnder(
        string[] launcher, string database, string socket, params (string Name, string Value)[] environment) =>
        AwaitHealth(new ServerProcess(
            [.. launcher, Repository.ServerBinary],
            [("DATABASE_URL", database), ("API_SOCKET", socket), .. environment],
            new UnixDomainSocketEndPoint(socket)));

    // Like Start, but reads its standard output only in ReadOutput; the pipe holds 64 KB.
    public static ServerProcess StartUnread(
        string database, string socket, params (string Name, string Value)[] environment) =>
        StartUnread(database, socket, static _ => { }, environment);

    // The same, with something to do before it is waited for.
    public static ServerProcess StartUnread(
        string database,
        string socket,
        Action<ServerProcess> beforeHealth,
        params (string Name, string Value)[] environment)
    {
        var server = new ServerProcess(
            [Repository.ServerBinary],
            [("DATABASE_URL", database), ("API_SOCKET", socket), .. environment],
            new UnixDomainSocketEndPoint(socket),
            readsOutput: false);
        beforeHealth(server);
        return AwaitHealth(server);
    }

    // Starts the server on a database and a TCP port and waits for its first 200.
    public static ServerProcess StartOn(IPEndPoint endPoint, string database) => AwaitHealth(new ServerProcess(
        [Repository.ServerBinary],
        [("DATABASE_URL", database), ("API_HOST", $"{endPoint.Address}"), ("API_PORT", $"{endPoint.Port}")],
        endPoint));

    public static CommandExit Run(string[] arguments, params (string Name, string Value)[] environment) =>
        RunUnder([], arguments, environment);

    // Like Run, through a launcher such as setpriv.
    public static CommandExit RunUnder(
        string[] launcher, string[] arguments, params (string Name, string Value)[] environment)
    {
        using var server = new ServerProcess(
            [.. launcher, Repository.ServerBinary, .. arguments], environment, new IPEndPoint(IPAddress.Loopback, 0));
        return server.AwaitExit();
    }

    public RawConnection Connect() => new(_endPoint);

    public string? ReadOutput() => _process.ReadLine();

    public void HangUp() => _process.Send(Signal.HangUp);

    public void Terminate() => _process.Send(Signal.Terminate);

    public CommandExit Stop()
    {
        Terminate();
        return AwaitExit();
    }

    public CommandExit AwaitExit() => _process.AwaitExit();

    // SIGKILL: a crash.
    public void Kill() => _process.Kill();

    public void Freeze()
    {
        _process.Send(Signal.Stop);
        Wait.Until(() => Directory.GetDirectories($"/proc/{Id}/task").All(IsStopped), "all threads stop");
    }

    public void Thaw() => _process.Send(Signal.Continue);

    public void Dispose() => _process.Dispose();

    private static ServerProcess AwaitHealth(ServerProcess server)
    {
        try
        {
            Wait.Until(() => server.IsHealthy() || server._process.HasExited, "the server answers");
            Assert.False(server._process.HasExited, "the server exited at once");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    // The state follows the name in parentheses (proc_pid_stat(5)).
    private static bool IsStopped(string task)
    {
        try
        {
            var stat = File.ReadAllText($"{task}/stat");
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            return false; // The thread has just ended: list them again.
        }
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
