using System.Globalization;
using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

/// <summary>
/// Makes the ledger's tables in an empty database, or looks whether those that are there are the ledger's.
/// </summary>
internal static class PostgresSchema
{
    private const int Version = 1;
    private const int TriesMax = 50;
    private const int TryAgainMs = 100;

    /// <summary>Makes or verifies; several instances may do so at the same moment.</summary>
    /// <exception cref="RefusalException">The database holds something else; it was not changed.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached or written.</exception>
    public static void Ensure(NpgsqlDataSource source)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var connection = source.OpenConnection();
                if (!Exists(connection))
                {
                    Create(connection);
                }

                return;
            }
            catch (PostgresException error) when (attempt < TriesMax && IsOfAnotherCreator(error))
            {
                Thread.Sleep(TryAgainMs);
            }
        }
    }

    // Another instance is creating the same tables: it is there first, and then they exist.
    private static bool IsOfAnotherCreator(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DuplicateTable
            or PostgresErrorCodes.DuplicateObject
            or PostgresErrorCodes.UniqueViolation
        || PostgresFailure.MayBeTriedAgain(error);

    private static bool Exists(NpgsqlConnection connection)
    {
        switch (Query(connection, """
            SELECT count(*) FROM information_schema.tables
            WHERE table_schema = current_schema() AND table_name IN ('esquema', 'clientes', 'transacoes', 'chaves')
            """))
        {
            case 0:
                return false;
            case 4:
                break;
            default:
                throw new RefusalException(
                    $"{connection.Database}: some of the ledger's tables are there, not all: it is something else's");
        }

        var version = Query(connection, "SELECT coalesce(max(versao), 0) FROM esquema");
        return version == Version
            ? true
            : throw new RefusalException(string.Create(
                CultureInfo.InvariantCulture,
                $"{connection.Database}: its schema has version {version}, this server knows {Version}"));
    }

    private static void Create(NpgsqlConnection connection)
    {
        using var script = new StreamReader(
            typeof(PostgresSchema).Assembly.GetManifestResourceStream("schema.postgres.sql")!);
        using var transaction = connection.BeginTransaction();
        using var command = new NpgsqlCommand(script.ReadToEnd(), connection, transaction);
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private static long Query(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
