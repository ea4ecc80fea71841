namespace Rinha.Server.Tests.Fixtures;

/// <summary>The published binary on a PostgreSQL ledger of its own.</summary>
public sealed class PostgresBank : IBank, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public PostgresBank()
    {
        Place = new LedgerOnPostgres();
        Server = ServerProcess.Start(Place.Url, _directory.File("api.sock"), ("RINHA_ENABLE_RESET", "true"));
    }

    /// <summary>Where its ledger is.</summary>
    public LedgerOnPostgres Place { get; }

    public ServerProcess Server { get; }

    public RawConnection Connect() => Server.Connect();

    public void AssertBalanced() => Place.AssertBalanced();

    public void Dispose()
    {
        Server.Dispose();
        Place.Dispose();
        _directory.Dispose();
    }
}
