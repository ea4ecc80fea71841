using System.Numerics;
using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// The shards of a ledger that Citus has distributed by client (schema.citus.sql), each a range of the ids' hashes; a
// plain ledger is one shard. Immutable.
internal sealed class PostgresShards
{
    private const string RangesSql = """
        SELECT CAST(shardminvalue AS INTEGER) FROM pg_dist_shard
        WHERE logicalrelid = CAST('clientes' AS regclass) ORDER BY 1
        """;

    private const string ColocatedSql = """
        SELECT count(*) FROM pg_dist_partition JOIN pg_dist_partition AS cliente USING (colocationid, partmethod)
        WHERE partmethod = 'h' AND cliente.logicalrelid = CAST('clientes' AS regclass)
          AND pg_dist_partition.logicalrelid IN (CAST('transacoes' AS regclass), CAST('chaves' AS regclass))
        """;

    private const string DelegatedSql = """
        SELECT count(*) FROM pg_dist_object JOIN pg_dist_partition USING (colocationid)
        WHERE objid = CAST('lancar' AS regproc) AND distribution_argument_index = 0
          AND logicalrelid = CAST('clientes' AS regclass)
        """;

    private static readonly string s_sampleSql = $"""
        SELECT id, CAST(shardminvalue AS INTEGER)
        FROM unnest(ARRAY[1, 2, 3, 4, 5, 4294967296, {Limits.AccountIdMax}]) AS amostra (id)
        JOIN pg_dist_shard ON shardid = get_shard_id_for_distribution_column('clientes', id)
        """;

    private readonly int[] _firstHashes; // Of each shard's range, ascending; none of a plain ledger.

    private PostgresShards(int[] firstHashes) => _firstHashes = firstHashes;

    public static PostgresShards One { get; } = new([]);

    public int Count => Math.Max(_firstHashes.Length, 1);

    public bool IsDistributed => _firstHashes.Length > 0;

    // RefusalException: distributed in a way that the server cannot follow.
    public static PostgresShards Read(NpgsqlDataSource source)
    {
        using var connection = source.OpenConnection();
        if (!Query(connection, "SELECT to_regclass('pg_dist_partition') IS NOT NULL", row => row.GetBoolean(0))[0])
        {
            return One;
        }

        var shards = new PostgresShards([.. Query(connection, RangesSql, row => row.GetInt32(0))]);
        var reason = !shards.IsDistributed ? null
            : shards.Count > Limits.PostgresShardsMax ? $"has {shards.Count} shards, at most {Limits.PostgresShardsMax}"
            : Query(connection, ColocatedSql, row => row.GetInt64(0))[0] != 2 ? "is distributed alone"
            : Query(connection, DelegatedSql, row => row.GetInt64(0))[0] != 1 ? "is distributed without lancar"
            : !shards.Agrees(connection) ? "is distributed by another hash than the server's"
            : null;
        return reason is null
            ? shards
            : throw new RefusalException($"{connection.Database}: clientes {reason} (schema.citus.sql)");
    }

    public int ShardOf(long accountId)
    {
        var place = IsDistributed ? Array.BinarySearch(_firstHashes, Hash(accountId)) : 0;
        return place < 0 ? ~place - 1 : place;
    }

    // An id of the shard that no account has.
    public long UnusedIdOf(int shard)
    {
        var id = Limits.AccountIdMax + 1;
        while (ShardOf(id) != shard)
        {
            id++;
        }

        return id;
    }

    // Writes to the shard as a batch does, and changes nothing.
    public string ProbeSql(int shard) => IsDistributed
        ? $"UPDATE clientes SET saldo = saldo WHERE id = {UnusedIdOf(shard)}"
        : "UPDATE esquema SET versao = versao";

    // PostgreSQL's hashint8 of a number that is not negative: hash_bytes_uint32 of its halves
    // (https://github.com/postgres/postgres/blob/REL_15_STABLE/src/common/hashfn.c).
    internal static int Hash(long id)
    {
        const uint seed = 0x9e3779b9 + sizeof(uint) + 3_923_095;
        var (a, b, c) = (unchecked(seed + ((uint)id ^ (uint)(id >> 32))), seed, seed);
        c = Mix(c, b, 14);
        a = Mix(a, c, 11);
        b = Mix(b, a, 25);
        c = Mix(c, b, 16);
        a = Mix(a, c, 4);
        b = Mix(b, a, 14);
        return (int)Mix(c, b, 24);
    }

    private static uint Mix(uint one, uint other, int bits) => (one ^ other) - BitOperations.RotateLeft(other, bits);

    private bool Agrees(NpgsqlConnection connection) =>
        Query(connection, s_sampleSql, row => row.GetInt32(1) - _firstHashes[ShardOf(row.GetInt64(0))])
            .TrueForAll(difference => difference == 0);

    private static List<T> Query<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        using var command = new NpgsqlCommand(sql, connection);
        using var rows = command.ExecuteReader();
        List<T> found = [];
        while (rows.Read())
        {
            found.Add(read(rows));
        }

        return found;
    }
}
