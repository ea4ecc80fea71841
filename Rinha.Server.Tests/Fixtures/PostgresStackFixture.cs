using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>The same stack with PostgreSQL behind the APIs.</summary>
public class PostgresStackFixture : StackFixture
{
    public PostgresStackFixture()
        : this("nginx-postgres")
    {
    }

    protected PostgresStackFixture(string stack)
        : base(stack)
    {
    }

    /// <inheritdoc/>
    public override void AssertBalanced()
    {
        var url = $"postgres://rinha@/rinha?host={SocketsPath()}-db";
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        using var source = PostgresLedger.Open(address, connectionsMax: 1);
        PostgresServer.AssertBalanced(source);
    }
}
