using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// One connection in one read-only transaction that sees one state of the whole ledger, without timeouts.
internal sealed class PostgresSnapshot : IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    // RefusalException: the database has no ledger, or one of another version.
    public PostgresSnapshot(PostgresAddress address)
    {
        _source = PostgresHosts.Open(address, connectionsMax: 1);
        PostgresSchema.EnsureExisting(_source);
        _connection = _source.OpenConnection();
        _transaction = _connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        using var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", _connection);
        readOnly.ExecuteNonQuery();
    }

    // All rows of the ledger, for an export.
    public IEnumerable<LedgerRow> ReadLedger()
    {
        foreach (var table in LedgerTable.All)
        {
            using var command = new NpgsqlCommand(table.Select("\"C\""), _connection) { CommandTimeout = 0 };
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                yield return new LedgerRow(
                    table, [.. table.Columns.Select((column, index) => Cell(rows, column, index))]);
            }
        }
    }

    public AuditReport Audit() => PostgresAudit.Run(_connection);

    public void Dispose()
    {
        _transaction.Dispose();
        _connection.Dispose();
        _source.Dispose();
    }

    private static LedgerCell Cell(NpgsqlDataReader row, LedgerColumn column, int index) => row.IsDBNull(index)
        ? default
        : column.Kind switch
        {
            ColumnKind.Number or ColumnKind.Time => new LedgerCell(row.GetInt64(index)),
            ColumnKind.Text => new LedgerCell(null, Encoding.UTF8.GetBytes(row.GetString(index))),
            ColumnKind.Description => new LedgerCell(null, row.GetFieldValue<byte[]>(index)),
        };
}
