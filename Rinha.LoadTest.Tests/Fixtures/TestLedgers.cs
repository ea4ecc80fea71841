using Microsoft.Data.Sqlite;
using Npgsql;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A real ledger, made from the repository's schema, changed at will, gone when disposed.</summary>
internal interface ITestLedger : IDisposable
{
    /// <summary>Where the oracle finds it.</summary>
    ILedgerPlace Place { get; }

    /// <summary>Posts a transaction as the server does.</summary>
    void Post(int clientId, long signedCents, string text);

    /// <summary>From here on the database takes balances under the limit, and a number twice.</summary>
    void DropRules();

    /// <summary>Changes it past the server.</summary>
    void Execute(string sql);
}

/// <summary>A ledger's SQLite file, made from the repository's schema, changed at will, gone when disposed.</summary>
internal sealed class LedgerFile : ITestLedger
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteConnection _connection;

    public LedgerFile()
    {
        _connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
        Execute(File.ReadAllText(Repository.PathOf("schema.sql")));
    }

    public string Path => _directory.File("rinha.db");

    public ILedgerPlace Place => new LedgerInFile(Path);

    public void Post(int clientId, long signedCents, string text)
    {
        var kind = signedCents < 0 ? 'd' : 'c';
        // schema.sql: amount and time, kind, length, text and zeros up to 40 bytes.
        var bytes = Encoding.UTF8.GetBytes(text);
        var entry = $"{Math.Abs(signedCents):x16}{0:x16}{(int)kind:x2}{bytes.Length:x2}{Convert.ToHexString(bytes)}"
            .PadRight(2 * 58, '0');
        Execute($"""
            INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em, anterior)
              SELECT id, ultima_seq + 1, {Math.Abs(signedCents)}, '{kind}', '{text}', 0, ultima_id
              FROM clientes WHERE id = {clientId};
            UPDATE clientes SET saldo = saldo + {signedCents}, ultima_seq = ultima_seq + 1,
              ultima_id = last_insert_rowid(),
              ultimas = substr(CAST(x'{entry}' || ultimas AS BLOB), 1, 580) WHERE id = {clientId}
            """);
    }

    public void DropRules() => Execute("PRAGMA ignore_check_constraints = ON");

    public void Execute(string sql) => _connection.Execute(sql);

    public void Dispose()
    {
        _connection.Dispose();
        _directory.Dispose();
    }
}

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

    public ILedgerPlace Place { get; }

    public void Post(int clientId, long signedCents, string text) => Execute($"""
        UPDATE clientes SET saldo = saldo + {signedCents}, ultima_seq = ultima_seq + 1 WHERE id = {clientId};
        INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
          SELECT id, ultima_seq, {Math.Abs(signedCents)}, '{(signedCents < 0 ? 'd' : 'c')}',
            decode('{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}', 'hex'), 0
          FROM clientes WHERE id = {clientId}
        """);

    public void DropRules() => Execute("""
        ALTER TABLE clientes DROP CONSTRAINT clientes_check;
        ALTER TABLE transacoes DROP CONSTRAINT transacoes_pkey
        """);

    public void Execute(string sql) => _connection.Execute(sql);

    public void Dispose()
    {
        Execute($"DROP SCHEMA {_schema} CASCADE");
        _connection.Dispose();
    }
}
