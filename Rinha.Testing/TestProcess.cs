namespace Rinha.Testing;

/// <summary>A command's exit status and output.</summary>
public sealed record CommandExit(int Code, string Output, string Error)
{
    public CommandExit AssertSuccess() => AssertExit(0, "");

    /// <summary>Fails unless it exited with this status and its output contains the text.</summary>
    public CommandExit AssertExit(int status, string text)
    {
        Assert.True(Code == status, $"exit status {Code} instead of {status}: {Output}{Error}");
        Assert.Contains(text, Output + Error, StringComparison.Ordinal);
        return this;
    }
}

/// <summary>A program started by a test, without a terminal; killed on Dispose.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string>? _output;
    private readonly Task<string> _error;

    /// <param name="environment">Additional variables; an empty value removes one.</param>
    /// <param name="readsOutput">Whether to drain its standard output; otherwise the pipe holds 64 KB.</param>
    public TestProcess(
        IReadOnlyList<string> command,
        IEnumerable<(string Name, string Value)>? environment = null,
        string? directory = null,
        bool readsOutput = true)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = directory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value.Length > 0 ? value : null;
        }

        _process = Process.Start(start)!;
        _output = readsOutput ? _process.StandardOutput.ReadToEndAsync() : null;
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The next line of its standard output; needs readsOutput: false.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Send(Signal signal) => ProcessIdentity.Of(Id).Send(signal);

    /// <summary>Waits for its exit; fails after the timeout.</summary>
    public CommandExit AwaitExit(TimeSpan? within = null)
    {
        var output = _output ?? _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(within ?? Wait.Timeout), $"{_process.StartInfo.FileName} does not exit");
        return new CommandExit(_process.ExitCode, output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    /// <summary>Crashes it: kill -9.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        Assert.True(_process.WaitForExit(Wait.Timeout), "a killed process is still alive");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
