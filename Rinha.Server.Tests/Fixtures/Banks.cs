namespace Rinha.Server.Tests.Fixtures;

public interface IServer
{
    RawConnection Connect();
}

// A running server whose ledger a test can inspect; POST /reset is enabled.
public interface IBank : IServer
{
    void AssertBalanced();
}

// The published binary on its own database.
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

public sealed class PostgresBank : IBank, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LedgerOnPostgres _ledger = new();
    private readonly ServerProcess _server;

    public PostgresBank() =>
        _server = ServerProcess.Start(_ledger.Url, _directory.File("api.sock"), ("RINHA_ENABLE_RESET", "true"));

    public RawConnection Connect() => _server.Connect();

    public void AssertBalanced() => _ledger.AssertBalanced();

    public void Dispose()
    {
        _server.Dispose();
        _ledger.Dispose();
        _directory.Dispose();
    }
}
