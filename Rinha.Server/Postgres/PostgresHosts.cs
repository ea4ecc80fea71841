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
    private Timer? _watch;
    private long _rankMax; // Of those that have served; 0 before the first.

    public PostgresHosts(PostgresAddress address, ILogger logger)
    {
        _logger = logger;
        _hosts = [.. address.Hosts.Select(host => new PostgresHost(host, address.NeedsPrimary))];
        _serving = _hosts[0];
    }

    // The connections for reads; another host's after each change.
    public NpgsqlDataSource Reads => _serving.Reads;

    // Has one connection, which no read can take.
    public NpgsqlDataSource Writes => _serving.Writes;

    // The host that serves, or served last.
    public string Serving => _serving.Name;

    // The connections to the host that serves, for a command.
    public static NpgsqlDataSource Open(PostgresAddress address, int connectionsMax)
    {
        using var hosts = new PostgresHosts(address, NullLogger.Instance);
        _ = hosts.Find();
        return hosts._serving.Open(connectionsMax);
    }

    public void Watch() => _watch = _hosts.Length == 1
        ? null
        : new Timer(_ => _ = FindAsync(), null, Limits.PostgresHostsIntervalMs, Limits.PostgresHostsIntervalMs);

    // Waits until all hosts have answered or timed out.
    public Task FindAsync() =>
        _hosts.Length == 1 ? Task.CompletedTask : Task.WhenAll(_hosts.Select(host => host.AskAsync(Choose)));

    // Returns Writes of the host that serves. NpgsqlException or SocketException: no host can. A single one is not asked.
    public NpgsqlDataSource Find()
    {
        FindAsync().GetAwaiter().GetResult();
        if (_hosts.Length == 1 || (_serving.Rank > 0 && _serving.Rank == _rankMax))
        {
            return _serving.Writes;
        }

        // A wrong password, say, is no reason to wait, unless another host may still come up.
        throw Array.TrueForAll(_hosts, host => host.Failure is { } failure && !PostgresFailure.IsNotUpYet(failure))
            ? _hosts[0].Failure!
            : new HostUnavailableException(string.Join("; ", _hosts.Select(host => $"{host.Name}: {host.WhyNot}")));
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

            var former = _serving;
            var isChange = _rankMax == 0 || host != former;
            (_serving, _rankMax) = (host, host.Rank);
            if (!isChange)
            {
                return; // It was promoted itself.
            }

            former.Reads.Clear();
        }

        Log.DatabaseHostChosen(_logger, host.Name);
    }
}

// One host, with its connections, which open only while it accepts writes if that is needed. PostgreSQL ends them all
// before it becomes a standby, so an open one needs no further check.
internal sealed class PostgresHost : IDisposable
{
    private const string IsReadOnly = "SHOW transaction_read_only"; // On in a standby, too.

    // The timeline, 1 and one more after each promotion, in hexadecimal digits; NULL when read-only.
    private const string Timeline = """
        SELECT CASE current_setting('transaction_read_only')
          WHEN 'off' THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END
        """;

    private readonly NpgsqlConnectionStringBuilder _connection;
    private readonly bool _needsPrimary;
    private readonly NpgsqlDataSource _questions; // Any state can be asked.
    private readonly Lock _asking = new();
    private Task _ask = Task.CompletedTask;

    public PostgresHost(NpgsqlConnectionStringBuilder connection, bool needsPrimary)
    {
        _connection = connection;
        _needsPrimary = needsPrimary;
        Name = PostgresAddress.NameOf(connection);
        _questions = Builder(connectionsMax: 1).Build();
        Reads = Open(Limits.PostgresReadConnectionsMax);
        Writes = Open(connectionsMax: 1);
    }

    public string Name { get; }

    public NpgsqlDataSource Reads { get; }

    public NpgsqlDataSource Writes { get; }

    // By the last answer: 0 when it cannot serve; otherwise the highest serves.
    public long Rank { get; private set; }

    public Exception? Failure { get; private set; }

    public string WhyNot => Failure is { } failure
        ? PostgresFailure.Describe(failure, _connection.Host)
        : "its timeline is older than that of the last host that served";

    public NpgsqlDataSource Open(int connectionsMax)
    {
        var builder = Builder(connectionsMax);
        if (_needsPrimary)
        {
            builder.UsePhysicalConnectionInitializer(
                connection =>
                {
                    using var command = Command(connection);
                    RefuseReadOnly(command.ExecuteScalar());
                },
                async connection =>
                {
                    await using var command = Command(connection);
                    RefuseReadOnly(await command.ExecuteScalarAsync());
                });
        }

        return builder.Build();

        static NpgsqlCommand Command(NpgsqlConnection connection) =>
            new(IsReadOnly, connection) { CommandTimeout = Limits.PostgresPingTimeoutSeconds };
    }

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

    private NpgsqlSlimDataSourceBuilder Builder(int connectionsMax)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(_connection.ConnectionString);
        builder.ConnectionStringBuilder.MaxPoolSize = connectionsMax;
        builder.EnableTransportSecurity();
        return builder;
    }

    private async Task AskOnceAsync(Action<PostgresHost> answered)
    {
        try
        {
            await using var question = _questions.CreateCommand(_needsPrimary ? Timeline : "SELECT '1'");
            question.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
            var answer = await question.ExecuteScalarAsync() as string;
            RefuseReadOnly(answer is null ? "on" : "off");
            (Rank, Failure) = (long.Parse(answer!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), null);
        }
        catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
        {
            (Rank, Failure) = (0, error);
        }

        answered(this);
    }

    private static void RefuseReadOnly(object? answer)
    {
        if (answer is not "off")
        {
            throw new HostUnavailableException("read-only: a standby, or default_transaction_read_only");
        }
    }
}

// A host that is up but must not serve, or several of which none can: a standby may be promoted.
internal sealed class HostUnavailableException(string reason) : NpgsqlException(reason)
{
    public override bool IsTransient => true;
}
