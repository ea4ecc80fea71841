using Rinha.Server.Postgres;
using Rinha.Stack.Stacks;

namespace Rinha.Server.Tests.Fixtures;

// The contest's stack, two APIs behind nginx, on an empty ledger.
public class StackFixture : IBank, IDisposable
{
    private readonly string _stack;
    private readonly TestBank _bank;

    public StackFixture()
        : this("nginx-sqlite")
    {
    }

    protected StackFixture(string stack)
    {
        _stack = stack;
        _bank = TestBank.Start("--stack", stack);
    }

    public string DatabasePath => _bank.Data.LedgerFile;

    public StackInstance Instance => _bank.Instance;

    public bool IsLayer4 => Instance.State.Layout.Proxy.IsLayer4;

    public RawConnection Connect() => new(_bank.EndPoint);

    public RawConnection ConnectTo(string api) =>
        new(new UnixDomainSocketEndPoint(Path.Combine(Instance.State.Sockets, $"{api}.sock")));

    public RawConnection ConnectToMetrics(string api) => new(new UnixDomainSocketEndPoint(
        Instance.State.Layout.MetricsSocketOf(Instance.State.Sockets, api)));

    public virtual void Execute(string sql) => LedgerRows.Execute(DatabasePath, sql);

    public virtual void AssertBalanced() => LedgerRows.AssertBalanced(DatabasePath);

    public void Kill(string name) => _bank.Kill(name);

    public void KillAndAwaitRestart(string name)
    {
        var restarts = Instance.State.Find(name)!.Restarts;
        Kill(name);
        _bank.AwaitRestart(name, restarts + 1);
    }

    // Runs an action while the supervisor, which would restart a killed API, is frozen.
    public void WithoutSupervisor(Action action)
    {
        _bank.Freeze(Instance.State.Supervisor);
        try
        {
            action();
        }
        finally
        {
            _bank.Thaw();
        }
    }

    public bool IsRunning(string name) =>
        Instance.State.Find(name) is { IsRestarting: false } process && process.Identity.IsAlive;

    public void RestartEmpty()
    {
        _bank.Verb("stop").AssertSuccess();
        _bank.Run("--fresh", "--stack", _stack);
    }

    public void Dispose()
    {
        _bank.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class StreamStackFixture() : StackFixture("nginx-stream");

public class PostgresStackFixture : StackFixture
{
    public PostgresStackFixture()
        : this("nginx-postgres")
    {
    }

    protected PostgresStackFixture(string stack)
        : base(stack)
    {
    }

    public override void Execute(string sql)
    {
        using var source = Open();
        using var command = source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    public override void AssertBalanced()
    {
        using var source = Open();
        LedgerOnPostgres.AssertBalanced(source);
    }

    private Npgsql.NpgsqlDataSource Open() => PostgresHosts.Open(
        LedgerOnPostgres.Parse($"postgres://rinha@/rinha?host={Instance.State.DatabaseSockets}"), connectionsMax: 1);
}

public sealed class CaddyStackFixture() : PostgresStackFixture("caddy-postgres");
