namespace Rinha.Testing;

/// <summary>How a command ended and what it said.</summary>
public sealed record CommandExit(int Code, string Output, string Error)
{
    /// <summary>Fails unless it succeeded.</summary>
    public CommandExit AssertWell() => AssertExit(0, "");

    /// <summary>Fails unless it ended with this status and said this.</summary>
    public CommandExit AssertExit(int status, string text)
    {
        Assert.True(Code == status, $"exit status {Code} instead of {status}: {Output}{Error}");
        Assert.Contains(text, Output + Error, StringComparison.Ordinal);
        return this;
    }
}

/// <summary>A program that a test starts, without a terminal; killed when disposed.</summary>
public sealed class TestProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string>? _output;
    private readonly Task<string> _error;

    /// <param name="environment">Variables beside those of the tests; an empty one is taken away.</param>
    /// <param name="readsOutput">Whether its standard output is read as it comes; otherwise a pipe takes 64 KB.</param>
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

    /// <summary>A line of an output that is not read as it comes.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Send(Signal signal) => ProcessIdentity.Of(Id).Send(signal);

    /// <summary>Waits until it has ended; fails when that takes too long.</summary>
    public CommandExit AwaitExit(TimeSpan? within = null)
    {
        var output = _output ?? _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(within ?? Wait.Timeout), $"{_process.StartInfo.FileName} does not end");
        return new CommandExit(_process.ExitCode, output.GetAwaiter().GetResult(), _error.GetAwaiter().GetResult());
    }

    /// <summary>kill -9, as a crash.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        Assert.True(_process.WaitForExit(Wait.Timeout), "a killed process goes on");
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
