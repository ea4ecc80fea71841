using Rinha.Stack.Proxies;
using Rinha.Stack.Supervision;

namespace Rinha.Stack.Tests.Fixtures;

/// <summary>An nginx beside the stack, with a directory of its own; ended when disposed.</summary>
internal sealed class NginxProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ChildProcess _process;

    /// <summary>Starts it; returns once it answers <c>/health</c> on a port.</summary>
    public NginxProcess(string configuration, int port)
    {
        // Its workers are another user.
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_001_001);
        var file = _directory.File("nginx.conf");
        File.WriteAllText(file, configuration);
        _process = ChildProcess.Start(Nginx.Command(_directory.FullPath, file), _directory.File("log"), []);
        Wait.Until(() => HealthProbe.Answers(port), "nginx answers");
    }

    public void Dispose()
    {
        _process.Identity.Send(Signal.Interrupt);
        Wait.Until(() => _process.HasExited, "nginx ends");
        _directory.Dispose();
    }
}
