using Rinha.Stack.Proxies;
using Rinha.Stack.Supervision;

namespace Rinha.Stack.Tests.Fixtures;

// An nginx beside the stack, in its own directory; stopped on Dispose.
internal sealed class NginxProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ChildProcess _process;

    // Returns once it answers /health.
    public NginxProcess(string configuration, int port)
    {
        // Its workers run as another user.
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
