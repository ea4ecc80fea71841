using Npgsql;
using NpgsqlTypes;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// Fills an empty ledger from the rows of an export, in one transaction that commits only if the audit finds nothing.
internal static class PostgresImport
{
    // Creates the tables if there are none, in the same transaction. Instances that run go on reading; their writes
    // wait. RefusalException: the ledger has transactions.
    public static AuditReport Run(PostgresAddress address, IEnumerable<LedgerRow> rows)
    {
        using var source = PostgresHosts.Open(address, connectionsMax: 1);
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
        PostgresSchema.EnsureWithin(transaction);
        Execute(connection, "LOCK TABLE clientes, transacoes, chaves IN EXCLUSIVE MODE");
        using (var history = new NpgsqlCommand("SELECT EXISTS (SELECT 1 FROM transacoes)", connection))
        {
            if ((bool)history.ExecuteScalar()!)
            {
                throw new RefusalException($"{address} has transactions: an import needs an empty ledger");
            }
        }

        Execute(connection, "DELETE FROM chaves; DELETE FROM clientes");
        Copy(connection, rows);
        var report = PostgresAudit.Run(connection);
        if (report.IsSound)
        {
            transaction.Commit();
        }

        return report;
    }

    private static void Copy(NpgsqlConnection connection, IEnumerable<LedgerRow> rows)
    {
        NpgsqlBinaryImporter? copy = null;
        LedgerTable? table = null;
        try
        {
            foreach (var row in rows)
            {
                if (row.Table != table)
                {
                    End(copy);
                    copy = null;
                    table = row.Table;
                    copy = connection.BeginBinaryImport(
                        $"COPY {table.Name} ({table.ColumnNames}) FROM STDIN (FORMAT BINARY)");
                    copy.Timeout = TimeSpan.Zero; // None.
                }

                Write(copy!, row);
            }

            End(copy);
            copy = null;
        }
        finally
        {
            copy?.Dispose(); // Cancels it.
        }
    }

    private static void End(NpgsqlBinaryImporter? copy)
    {
        using (copy)
        {
            copy?.Complete();
        }
    }

    private static void Write(NpgsqlBinaryImporter copy, LedgerRow row)
    {
        copy.StartRow();
        for (var index = 0; index < row.Cells.Length; index++)
        {
            switch (row.Cells[index])
            {
                case { Number: { } number }:
                    copy.Write(number, NpgsqlDbType.Bigint);
                    break;
                case { Text: { } text } when row.Table.Columns[index].Kind == ColumnKind.Description:
                    copy.Write(text, NpgsqlDbType.Bytea);
                    break;
                case { Text: { } text }:
                    copy.Write(Encoding.UTF8.GetString(text), NpgsqlDbType.Text);
                    break;
                default:
                    copy.WriteNull();
                    break;
            }
        }
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.ExecuteNonQuery();
    }
}
