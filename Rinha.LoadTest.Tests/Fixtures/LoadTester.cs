namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A published binary as a process of its own, without a terminal; killed when disposed.</summary>
internal sealed class LoadTester : IDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private LoadTester(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static LoadTester Start(params string[] arguments) => StartIn(Path.GetTempPath(), arguments);

    public static CommandExit Run(params string[] arguments) => RunIn(Path.GetTempPath(), arguments);

    public static CommandExit RunIn(string directory, params string[] arguments)
    {
        using var command = StartIn(directory, arguments);
        return command.AwaitExit();
    }

    /// <summary>Starts the real server on a unix socket and a database in the directory.</summary>
    public static LoadTester StartServer(TemporaryDirectory directory, out Target target, out string database)
    {
        var (socket, file) = (directory.File("api.sock"), directory.File("rinha.db"));
        (target, database) = (Targets.Of("unix:" + socket), file);
        var server = new LoadTester(new ProcessStartInfo(Repository.ServerBinary)
        {
            WorkingDirectory = directory.FullPath,
            Environment = { ["DATABASE_URL"] = file, ["API_SOCKET"] = socket },
        });
        Wait.Until(() => server._process.HasExited || Targets.Of("unix:" + socket).Answers(), "the server listens");
        Assert.False(server._process.HasExited, "the server ended at once");
        return server;
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    public CommandExit AwaitExit()
    {
        Assert.True(_process.WaitForExit(2 * Wait.Timeout), "the load tester does not end");
        return new CommandExit(
            _process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(Wait.Timeout);
        _process.Dispose();
    }

    private static LoadTester StartIn(string directory, string[] arguments) =>
        new(new ProcessStartInfo(Repository.LoadTestBinary, arguments) { WorkingDirectory = directory });

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
