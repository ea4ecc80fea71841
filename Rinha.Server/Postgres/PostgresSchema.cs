using Npgsql;
using NpgsqlTypes;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// Creates the ledger's tables in an empty database, converts those of an older version, and checks that existing ones
// are the ledger's.
internal static class PostgresSchema
{
    private static readonly string s_script = ReadScript(); // It ends with its function.

    // Version 1 is the first release; schema.postgres.sql is the current one.
    public static readonly SchemaVersions Versions = new(
        oldest: 1,
        "ALTER TABLE chaves ADD COLUMN seq BIGINT CHECK (seq > 0)",
        """
        ALTER TABLE transacoes DROP CONSTRAINT IF EXISTS transacoes_cliente_id_fkey;
        ALTER TABLE chaves DROP CONSTRAINT chaves_pkey, ADD PRIMARY KEY (cliente_id, chave)
        """,
        s_script[s_script.IndexOf("CREATE FUNCTION", StringComparison.Ordinal)..]);

    public const long Created = 0;

    private const int NoTimeout = 0; // A conversion's duration grows with the history.

    // Creates, converts or checks the tables. Several instances may call it at once. Unless converts, an older version
    // is refused. A new ledger begins with the contest's accounts or with those given. Returns the version from which
    // it converted, if it did, and 0 if it created the tables. RefusalException: other tables, an unsupported version,
    // a failed step, missing rights, or an invalid file of accounts; the database is unchanged.
    public static long? Ensure(
        NpgsqlDataSource source, bool converts, SchemaVersions? versions = null, InitialAccounts? accounts = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var connection = source.OpenConnection();
                return Ensure(connection, converts, versions ?? Versions, accounts ?? InitialAccounts.Contest);
            }
            catch (PostgresException error)
                when (attempt < Limits.PostgresSchemaTriesMax && IsConcurrentCreation(error))
            {
                Thread.Sleep(Limits.PostgresSchemaRetryMs);
            }
        }
    }

    // Creates nothing. RefusalException: there is no ledger, or it has another version.
    public static void EnsureExisting(NpgsqlDataSource source)
    {
        using var connection = source.OpenConnection();
        if (!Exists(connection))
        {
            throw new RefusalException($"there is no ledger in {connection.Database}");
        }

        Ensure(connection, converts: false, Versions, InitialAccounts.Contest);
    }

    // Creates the tables that are missing in the caller's transaction. RefusalException: as above.
    public static void EnsureWithin(NpgsqlTransaction transaction)
    {
        var connection = transaction.Connection!;
        if (Exists(connection))
        {
            Ensure(connection, converts: false, Versions, InitialAccounts.Contest);
        }
        else
        {
            Create(connection, limitsCents: null);
        }
    }

    private static long? Ensure(
        NpgsqlConnection connection, bool converts, SchemaVersions versions, InitialAccounts accounts)
    {
        if (!Exists(connection))
        {
            var limitsCents = accounts.ReadLimits();
            using var transaction = connection.BeginTransaction();
            Create(connection, limitsCents);
            transaction.Commit();
            return Created;
        }

        var version = Query(connection, "SELECT coalesce(max(versao), 0) FROM esquema");
        if (converts && versions.IsConvertible(version))
        {
            return Convert(connection, versions);
        }

        return versions.WhyRefused(version) is { } reason
            ? throw new RefusalException($"{connection.Database} {reason}")
            : null;
    }

    // Another instance is creating the same tables; after a retry they exist.
    private static bool IsConcurrentCreation(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DuplicateTable
            or PostgresErrorCodes.DuplicateObject
            or PostgresErrorCodes.UniqueViolation
        || PostgresFailure.IsRetryable(error);

    private static bool Exists(NpgsqlConnection connection) =>
        Query(connection, """
            SELECT count(*) FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
              AND relname IN ('esquema', 'clientes', 'transacoes', 'chaves')
            """) switch
        {
            0 => false,
            4 => true,
            _ => throw new RefusalException(
                $"{connection.Database} has only some of the ledger's tables: it belongs to another program"),
        };

    // Call it in a transaction.
    private static void Create(NpgsqlConnection connection, IReadOnlyDictionary<long, long>? limitsCents)
    {
        using var schema = new NpgsqlCommand("SELECT coalesce(current_schema(), 'public')", connection);
        var (place, database, user) = (
            Quote(schema.ExecuteScalar()), Quote(connection.Database), Quote(connection.UserName));
        try
        {
            Execute(connection, s_script);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Since PostgreSQL 15 only the owner of a database may make tables in its schema public.
            throw new RefusalException(
                $"{connection.UserName} cannot create the ledger's tables: {error.MessageText}. A superuser allows it "
                + $"with ALTER DATABASE {database} OWNER TO {user}; "
                + $"or, in that database, with GRANT USAGE, CREATE ON SCHEMA {place} TO {user};",
                error);
        }

        if (limitsCents is not null)
        {
            Execute(connection, "DELETE FROM clientes");
            using var copy = connection.BeginBinaryImport("COPY clientes (id, limite) FROM STDIN (FORMAT BINARY)");
            copy.Timeout = TimeSpan.Zero; // None.
            foreach (var (id, limitCents) in limitsCents)
            {
                copy.StartRow();
                copy.Write(id, NpgsqlDbType.Bigint);
                copy.Write(limitCents, NpgsqlDbType.Bigint);
            }

            copy.Complete();
        }
    }

    private static string ReadScript()
    {
        using var script = new StreamReader(
            typeof(PostgresSchema).Assembly.GetManifestResourceStream("schema.postgres.sql")!);
        return script.ReadToEnd();
    }

    private static string Quote(object? name) => $"\"{$"{name}".Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // One transaction for all steps. It locks the version's row, so one instance converts while the others wait without
    // a timeout and then read the new version.
    private static long? Convert(NpgsqlConnection connection, SchemaVersions versions)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, "SET LOCAL lock_timeout = 0");
        var version = Query(connection, "SELECT versao FROM esquema FOR UPDATE", NoTimeout);
        if (!versions.IsConvertible(version))
        {
            return null;
        }

        foreach (var (from, sql) in versions.StepsFrom(version))
        {
            try
            {
                Execute(connection, sql, NoTimeout);
            }
            catch (PostgresException error) when (!PostgresFailure.IsRetryable(error))
            {
                throw new RefusalException(
                    $"{connection.Database}: convert schema version {from} to {from + 1}: "
                    + PostgresFailure.Describe(error, connection.Host),
                    error);
            }
        }

        Execute(connection, $"UPDATE esquema SET versao = {versions.Current}");
        transaction.Commit();
        return version;
    }

    // Adds values for $1, $2 …
    public static NpgsqlCommand With(this NpgsqlCommand command, params ReadOnlySpan<long> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        }

        return command;
    }

    private static void Execute(NpgsqlConnection connection, string sql, int? timeoutSeconds = null)
    {
        using var command = Command(connection, sql, timeoutSeconds);
        command.ExecuteNonQuery();
    }

    private static long Query(NpgsqlConnection connection, string sql, int? timeoutSeconds = null)
    {
        using var command = Command(connection, sql, timeoutSeconds);
        return System.Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, int? timeoutSeconds)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.CommandTimeout = timeoutSeconds ?? command.CommandTimeout;
        return command;
    }
}
