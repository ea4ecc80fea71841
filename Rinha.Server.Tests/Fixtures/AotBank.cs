namespace Rinha.Server.Tests.Fixtures;

/// <summary>The published binary on a database of its own.</summary>
public sealed class AotBank : IBank, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public AotBank() =>
        Server = ServerProcess.Start(DatabasePath, _directory.File("api.sock"), ("RINHA_ENABLE_RESET", "true"));

    public string DatabasePath => _directory.File("rinha.db");

    public ServerProcess Server { get; }

    public RawConnection Connect() => Server.Connect();

    public void AssertBalanced() => LedgerRows.AssertBalanced(DatabasePath);

    public void Dispose()
    {
        Server.Dispose();
        _directory.Dispose();
    }
}
