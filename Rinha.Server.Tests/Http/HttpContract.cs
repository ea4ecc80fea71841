namespace Rinha.Server.Tests.Http;

/// <summary>
/// Tests that the published binary must pass over HTTP, on a file and on PostgreSQL; each begins with an empty ledger.
/// </summary>
public abstract class HttpContract<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    protected const string Path = "/clientes/1/transacoes";

    protected HttpContract(TBank bank)
    {
        Bank = bank;
        bank.Reset();
    }

    protected TBank Bank { get; }

    /// <summary>Fails unless client 1 has neither a balance nor a history.</summary>
    protected void AssertUntouched()
    {
        var statement = Bank.Statement(1);
        Assert.Equal(0, statement.Balance());
        Assert.Empty(statement.Descriptions());
    }
}
