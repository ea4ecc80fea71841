using System.Text;
using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Tests.Fixtures;

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

    /// <inheritdoc/>
    public ILedgerPlace Place => new LedgerInFile(Path);

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void DropRules() => Execute("PRAGMA ignore_check_constraints = ON");

    /// <inheritdoc/>
    public void Execute(string sql) => _connection.Execute(sql);

    public void Dispose()
    {
        _connection.Dispose();
        _directory.Dispose();
    }
}
