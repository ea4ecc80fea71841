using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Rinha.LoadTest.Check;

/// <summary>A ledger that is a SQLite file (schema.sql).</summary>
/// <param name="path">The file.</param>
internal sealed class LedgerInFile(string path) : ILedgerPlace
{
    /// <inheritdoc/>
    /// <remarks>In the order of the commits, and without an index: everything is found in one pass.</remarks>
    public string HistorySql =>
        "SELECT cliente_id, seq, valor, tipo, CAST(descricao AS BLOB), realizada_em FROM transacoes ORDER BY id";

    /// <inheritdoc/>
    public string? NewestSql => "SELECT id, ultimas FROM clientes";

    /// <inheritdoc/>
    public DbConnection OpenSnapshot()
    {
        var connection = Open();
        connection.Execute("BEGIN");
        return connection;
    }

    /// <inheritdoc/>
    public string? FindDamage()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1)";
        var answer = command.ExecuteScalar() as string;
        return answer == "ok" ? null : $"{Path.GetFileName(path)}: {answer}";
    }

    /// <summary>Read-write although nothing is written: a reader of a WAL needs its shared memory.</summary>
    public SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        return connection;
    }
}
