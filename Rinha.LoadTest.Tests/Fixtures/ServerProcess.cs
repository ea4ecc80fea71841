namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>The real server, as published, on a unix socket and a database of its own; killed when disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    public ServerProcess()
    {
        var start = new ProcessStartInfo(Repository.ServerBinary)
        {
            WorkingDirectory = _directory.FullPath,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var foreign = start.Environment.Keys.Where(name =>
            name.StartsWith("API_", StringComparison.Ordinal) || name.StartsWith("RINHA_", StringComparison.Ordinal));
        foreach (var name in foreign.ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DATABASE_URL"] = Database;
        start.Environment["API_SOCKET"] = _directory.File("api.sock");
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Wait.Until(() => _process.HasExited || Target.Answers(), "the server listens");
        Assert.False(_process.HasExited, "the server ended at once");
    }

    /// <summary>Its database file.</summary>
    public string Database => _directory.File("rinha.db");

    public Target Target => Targets.Of("unix:" + _directory.File("api.sock"));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit(Wait.Timeout);
        }

        _process.Dispose();
        _directory.Dispose();
    }
}
