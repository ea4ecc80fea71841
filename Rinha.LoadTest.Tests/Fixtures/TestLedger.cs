using System.Data.Common;

namespace Rinha.LoadTest.Tests.Fixtures;

// A real ledger created from the repository's schema, which the test may corrupt; Dispose removes it.
internal sealed class TestLedger : IDisposable
{
    private readonly DbConnection _connection;
    private readonly Func<int, long, string, string> _postSql;
    private readonly string _dropRulesSql;
    private readonly Action _remove;

    private TestLedger(
        ILedgerSource source,
        DbConnection connection,
        string schema,
        Func<int, long, string, string> postSql,
        string dropRulesSql,
        Action remove)
    {
        Source = source;
        _connection = connection;
        _postSql = postSql;
        _dropRulesSql = dropRulesSql;
        _remove = remove;
        Execute(File.ReadAllText(Repository.PathOf(schema)));
    }

    public ILedgerSource Source { get; }

    public static TestLedger InFile()
    {
        var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.File("rinha.db"), []);
        var source = new SqliteLedgerSource(directory.File("rinha.db"));
        var connection = source.Open();
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
        return new TestLedger(
            source, connection, "schema.sql", PostSql, "PRAGMA ignore_check_constraints = ON", directory.Dispose);

        static string PostSql(int clientId, long signedCents, string text)
        {
            var kind = signedCents < 0 ? 'd' : 'c';
            // schema.sql: amount, time, kind, length, and the text padded with zeros to 40 bytes.
            var bytes = Encoding.UTF8.GetBytes(text);
            var entry = $"{Math.Abs(signedCents):x16}{0:x16}{(int)kind:x2}{bytes.Length:x2}{Convert.ToHexString(bytes)}"
                .PadRight(2 * 58, '0');
            return $"""
                INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em, anterior)
                  SELECT id, ultima_seq + 1, {Math.Abs(signedCents)}, '{kind}', '{text}', 0, ultima_id
                  FROM clientes WHERE id = {clientId};
                UPDATE clientes SET saldo = saldo + {signedCents}, ultima_seq = ultima_seq + 1,
                  ultima_id = last_insert_rowid(),
                  ultimas = substr(CAST(x'{entry}' || ultimas AS BLOB), 1, 580) WHERE id = {clientId}
                """;
        }
    }

    // A separate schema in the tests' PostgreSQL.
    public static TestLedger InPostgres()
    {
        const string variable = "TEST_POSTGRES_URL";
        var url = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(
            string.IsNullOrEmpty(url), $"{variable} is not set: ./rinha test starts PostgreSQL and sets it");
        var schema = $"t{Guid.NewGuid():N}";
        var own = $"{url}{(url!.Contains('?') ? '&' : '?')}options=-c%20search_path%3D{schema}";
        Assert.True(PostgresUrl.TryParse(own, out var parsed), own);
        var source = new PostgresLedgerSource(parsed);
        var connection = source.Open();
        connection.Execute($"CREATE SCHEMA {schema}");
        const string dropRules = """
            ALTER TABLE clientes DROP CONSTRAINT clientes_check;
            ALTER TABLE transacoes DROP CONSTRAINT transacoes_pkey
            """;
        return new TestLedger(source, connection, "schema.postgres.sql", PostSql, dropRules, Remove);

        static string PostSql(int clientId, long signedCents, string text) => $"""
            UPDATE clientes SET saldo = saldo + {signedCents}, ultima_seq = ultima_seq + 1 WHERE id = {clientId};
            INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em)
              SELECT id, ultima_seq, {Math.Abs(signedCents)}, '{(signedCents < 0 ? 'd' : 'c')}',
                decode('{Convert.ToHexString(Encoding.UTF8.GetBytes(text))}', 'hex'), 0
              FROM clientes WHERE id = {clientId}
            """;

        void Remove()
        {
            using var last = source.Open();
            last.Execute($"DROP SCHEMA {schema} CASCADE");
        }
    }

    // Posts a transaction like the server.
    public void Post(int clientId, long signedCents, string text) => Execute(_postSql(clientId, signedCents, text));

    public void Execute(string sql) => _connection.Execute(sql);

    // Lets the database accept balances below the limit and duplicate sequence numbers.
    public void DropRules() => Execute(_dropRulesSql);

    public void Dispose()
    {
        _connection.Dispose();
        _remove();
    }
}
