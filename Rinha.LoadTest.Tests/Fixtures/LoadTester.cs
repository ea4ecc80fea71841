namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>The published binary as a process of its own, without a terminal; killed when disposed.</summary>
internal sealed class LoadTester : IDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private LoadTester(string directory, string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.LoadTestBinary, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    public static LoadTester Start(params string[] arguments) => new(Path.GetTempPath(), arguments);

    /// <summary>Runs it to its end.</summary>
    public static CommandExit Run(params string[] arguments) => RunIn(Path.GetTempPath(), arguments);

    /// <summary>Runs it to its end in a directory.</summary>
    public static CommandExit RunIn(string directory, params string[] arguments)
    {
        using var command = new LoadTester(directory, arguments);
        return command.AwaitExit();
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    public CommandExit AwaitExit()
    {
        Assert.True(_process.WaitForExit(2 * Wait.Timeout), "the load tester does not end");
        return new CommandExit(
            _process.ExitCode, _output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(Wait.Timeout);
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
