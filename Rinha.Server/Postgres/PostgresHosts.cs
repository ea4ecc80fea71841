using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Rinha.Server.Postgres;

// The hosts of an address and the connections to the one that serves. With several hosts it asks all of them, each by
// itself, once a second and after a failure: a promoted standby has a higher timeline and replaces a primary that has
// not noticed. A host of a lower timeline never serves again. Any thread may call the members.
internal sealed class PostgresHosts : IDisposable
{
    private readonly PostgresHost[] _hosts;
    private readonly ILogger _logger;
    private volatile PostgresHost _serving;
    private long _rankMax; // Of those that have served; 0 before the first.
    private Timer? _watch;

    // options: of the connections that serve; the operator's prevail.
    public PostgresHosts(PostgresAddress address, ILogger logger, string options = "")
    {
        _logger = logger;
        _hosts = [.. address.Hosts.Select(host => new PostgresHost(host, address, options))];
        _serving = _hosts[0];
    }

    // The host that serves, or served last. Ask again for each use: another host may serve by then.
    public PostgresHost Serving => _serving;

    // The connections to the host that serves, for a command.
    public static NpgsqlDataSource Open(PostgresAddress address, int connectionsMax)
    {
        using var hosts = new PostgresHosts(address, NullLogger.Instance);
        return hosts.Find().Open(connectionsMax);
    }

    public void Watch() => _watch = _hosts.Length == 1
        ? null
        : new Timer(_ => _ = FindAsync(), null, Limits.PostgresHostsIntervalMs, Limits.PostgresHostsIntervalMs);

    // Waits until all hosts have answered or timed out. A single one is not asked.
    public Task FindAsync() =>
        _hosts.Length == 1 ? Task.CompletedTask : Task.WhenAll(_hosts.Select(host => host.AskAsync(Choose)));

    // Returns the host that serves. HostUnavailableException: none does.
    public PostgresHost Find()
    {
        FindAsync().GetAwaiter().GetResult();
        return _hosts.Length == 1 || (_serving.Rank > 0 && _serving.Rank == _rankMax)
            ? _serving
            : throw new HostUnavailableException(
                string.Join("; ", _hosts.Select(host => $"{host.Name}: {host.Describe(host.Failure)}")),
                isTransient: _hosts.Any(host => PostgresFailure.IsNotUpYet(host.Failure)));
    }

    public void Dispose()
    {
        _watch?.Dispose();
        Array.ForEach(_hosts, host => host.Dispose());
    }

    // Called with each answer.
    private void Choose(PostgresHost host)
    {
        lock (_hosts)
        {
            if (host.Rank < Math.Max(_rankMax, 1) || (host.Rank == _rankMax && _serving.Rank == _rankMax))
            {
                return;
            }

            if (_rankMax == 0 || host != _serving)
            {
                Log.DatabaseHostChosen(_logger, host.Name);
            }

            var former = _serving;
            (_serving, _rankMax) = (host, host.Rank);
            former.Reads.Clear();
        }
    }
}

// One host, with its connections.
internal sealed class PostgresHost(NpgsqlConnectionStringBuilder connection, PostgresAddress address, string options)
    : IDisposable
{
    private const string PoolerWithoutAnswer =
        "a pooler such as PgBouncer is in front of PostgreSQL: add prepared_statements=false to the URL, or "
        + "prepared_statements=true if the pooler keeps prepared statements (docs/scale-out.md)";

    private const string PoolerWithoutTimeouts =
        "lock_timeout is 0, as the pooler ignores startup options: set it with ALTER ROLE (docs/scale-out.md), then "
        + "restart the pooler";

    // The timeline, 1 and one more after each promotion, in hexadecimal digits; NULL when read-only.
    private const string Timeline = """
        SELECT CASE current_setting('transaction_read_only')
          WHEN 'off' THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END
        """;

    private static readonly HostUnavailableException s_isOld = new("an old primary");

    private readonly NpgsqlDataSource _questions = Open(connection, address, needsPrimary: false, connectionsMax: 1);
    private readonly Lock _asking = new();
    private Task _ask = Task.CompletedTask;

    public string Name { get; } = PostgresAddress.NameOf(connection);

    public NpgsqlDataSource Reads { get; } =
        Open(connection, address, address.NeedsPrimary, Limits.PostgresReadConnectionsMax, options);

    // Has one connection for each shard, which no read can take.
    public NpgsqlDataSource Writes { get; } =
        Open(connection, address, address.NeedsPrimary, Limits.PostgresShardsMax, options);

    // By the last answer: 0 when it cannot serve; otherwise the highest serves.
    public long Rank { get; private set; }

    public Exception Failure { get; private set; } = s_isOld;

    public string Describe(Exception error) => PostgresFailure.Describe(error, connection.Host);

    public NpgsqlDataSource Open(int connectionsMax) =>
        Open(connection, address, address.NeedsPrimary, connectionsMax);

    // Joins a question that is on its way.
    public Task AskAsync(Action<PostgresHost> answered)
    {
        lock (_asking)
        {
            return _ask.IsCompleted ? _ask = AskOnceAsync(answered) : _ask;
        }
    }

    public void Dispose()
    {
        _questions.Dispose();
        Reads.Dispose();
        Writes.Dispose();
    }

    private async Task AskOnceAsync(Action<PostgresHost> answered)
    {
        try
        {
            await using var question = _questions.CreateCommand(address.NeedsPrimary ? Timeline : "SELECT '1'");
            question.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
            Rank = await question.ExecuteScalarAsync() is string timeline
                ? Convert.ToInt64(timeline, fromBase: 16)
                : throw HostUnavailableException.ReadOnly();
            Failure = s_isOld;
        }
        catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
        {
            (Rank, Failure) = (0, error);
        }

        answered(this);
    }

    // PostgreSQL ends all connections before it becomes a standby, so only a new one is checked, by what the server has
    // reported to it (since PostgreSQL 14).
    private static NpgsqlDataSource Open(
        NpgsqlConnectionStringBuilder connection,
        PostgresAddress address,
        bool needsPrimary,
        int connectionsMax,
        string options = "")
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = connectionsMax;
        builder.ConnectionStringBuilder.Options = $"{options} {connection.Options}"; // The last one counts.
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        var isPoolerChecked = false; // By the first connection: the others open without another round trip.
        builder.UsePhysicalConnectionInitializer(
            opened => CheckAsync(opened).GetAwaiter().GetResult(),
            CheckAsync);
        return builder.Build();

        async Task CheckAsync(NpgsqlConnection opened)
        {
            if (needsPrimary)
            {
                RefuseReadOnly(opened);
            }

            if (!isPoolerChecked)
            {
                await CheckPoolerAsync(opened, address.PreparesStatements);
                isPoolerChecked = true;
            }
        }
    }

    // Behind a pooler the client sees another process id than PostgreSQL's. In transaction mode a pooler may run a
    // prepared statement where another client has prepared a different one under the same name: a COMMIT could be that
    // one's BEGIN. And it may ignore startup options.
    private static async Task CheckPoolerAsync(NpgsqlConnection opened, bool? preparesStatements)
    {
        await using var question = new NpgsqlCommand(
            "SELECT pg_backend_pid(), current_setting('lock_timeout') = '0'", opened);
        question.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
        await using var answer = await question.ExecuteReaderAsync();
        _ = await answer.ReadAsync();
        if (answer.GetInt32(0) == opened.ProcessID)
        {
            return;
        }

        if (preparesStatements is null)
        {
            throw new HostUnavailableException(PoolerWithoutAnswer, isTransient: false);
        }

        if (answer.GetBoolean(1))
        {
            throw new HostUnavailableException(PoolerWithoutTimeouts, isTransient: false);
        }
    }

    private static void RefuseReadOnly(NpgsqlConnection opened)
    {
        if (opened.PostgresParameters.GetValueOrDefault("in_hot_standby") != "off"
            || opened.PostgresParameters.GetValueOrDefault("default_transaction_read_only") != "off")
        {
            throw HostUnavailableException.ReadOnly();
        }
    }
}

// A host must not serve, or none of several can. Transient: a standby may be promoted.
internal sealed class HostUnavailableException(string reason, bool isTransient = true) : NpgsqlException(reason)
{
    public override bool IsTransient => isTransient;

    public static HostUnavailableException ReadOnly() =>
        new("read-only: a standby, default_transaction_read_only, or older than PostgreSQL 14");
}
