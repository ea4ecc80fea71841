using System.Text;
using Npgsql;
using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>
/// A ledger in a schema of its own of the tests' PostgreSQL, made from the repository's schema, changed at will, gone
/// when disposed.
/// </summary>
internal sealed class LedgerDatabase : ITestLedger
{
    private const string Variable = "TEST_POSTGRES_URL";

    private readonly string _schema = $"t{Guid.NewGuid():N}";
    private readonly NpgsqlConnection _connection;

    public LedgerDatabase()
    {
        var url = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(
            string.IsNullOrEmpty(url), $"{Variable} is not set: ./rinha test starts PostgreSQL and sets it");
        var own = $"{url}{(url!.Contains('?') ? '&' : '?')}options=-c%20search_path%3D{_schema}";
        Assert.True(PostgresUrl.TryParse(own, out var parsed), own);
        var place = new LedgerInPostgres(parsed);
        Place = place;
        _connection = place.Open();
        Execute($"CREATE SCHEMA {_schema}");
        Execute(File.ReadAllText(Repository.PathOf("schema.postgres.sql")));
    }

    /// <inheritdoc/>
    public ILedgerPlace Place { get; }

    /// <inheritdoc/>
    public void Post(int clientId, long signedCents, string text) => Execute($"""
        UPDATE clientes SET saldo = saldo + {signedCents}, ultima_seq = ultima_seq + 1 WHERE id = {clientId};
        INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
          SELECT id, ultima_seq, {Math.Abs(signedCents)}, '{(signedCents < 0 ? 'd' : 'c')}',
            decode('{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}', 'hex'), 0
          FROM clientes WHERE id = {clientId}
        """);

    /// <inheritdoc/>
    public void DropRules() => Execute("""
        ALTER TABLE clientes DROP CONSTRAINT clientes_check;
        ALTER TABLE transacoes DROP CONSTRAINT transacoes_pkey
        """);

    /// <inheritdoc/>
    public void Execute(string sql) => _connection.Execute(sql);

    public void Dispose()
    {
        Execute($"DROP SCHEMA {_schema} CASCADE");
        _connection.Dispose();
    }
}
