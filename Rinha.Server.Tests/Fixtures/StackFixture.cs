using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>The whole stack, two APIs behind nginx, as <c>./rinha run --detach</c> starts it on a free port.</summary>
public class StackFixture : IBank, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly IPEndPoint _endPoint = FreePort.Next();
    private readonly string _stack;

    /// <summary>Starts the contest's on an empty ledger.</summary>
    public StackFixture()
        : this("nginx-sqlite")
    {
    }

    /// <summary>Starts one of the stacks on an empty ledger.</summary>
    protected StackFixture(string stack)
    {
        _stack = stack;
        // PostgreSQL runs as a user of its own, who has to get to its data.
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_101_101);
        // The binary must be there and be new: the stack would build it in the middle of the tests.
        _ = Repository.ServerBinary;
        try
        {
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string DatabasePath => _directory.File("rinha.db");

    /// <summary>The process that started the others.</summary>
    public int SupervisorId =>
        int.Parse(StateValue("supervisor").Split(' ')[0], CultureInfo.InvariantCulture);

    public RawConnection Connect() => new(_endPoint);

    /// <summary>Opens a connection to an API on its own socket: past the proxy.</summary>
    public RawConnection ConnectTo(string api) =>
        new(new UnixDomainSocketEndPoint(Path.Combine(SocketsPath(), $"{api}.sock")));

    public virtual void AssertBalanced() => LedgerRows.AssertBalanced(DatabasePath);

    /// <summary>The pid of one of its processes: api01, api02 or nginx.</summary>
    public int ProcessId(string name) => Status(name).GetProperty("pid").GetInt32();

    /// <summary>How often one of its processes was started again.</summary>
    public int Restarts(string name) => Status(name).GetProperty("restarts").GetInt32();

    public bool IsRunning(string name) => Status(name).GetProperty("state").GetString() == "running";

    /// <summary>Stops it and starts it again on an empty ledger.</summary>
    public void StartAfresh()
    {
        Stop();
        Start();
    }

    public void Dispose()
    {
        Stop();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where its sockets are.</summary>
    protected string SocketsPath() => StateValue("sockets");

    private string StateValue(string key) => File.ReadLines(_directory.File("run/state"))
        .Single(line => line.StartsWith(key + " ", StringComparison.Ordinal))[(key.Length + 1)..];

    private void Start() => RinhaCommand.RunWell(
        "run", "--detach", "--fresh", "--stack", _stack,
        "--data", _directory.FullPath, "--port", $"{_endPoint.Port}");

    private void Stop() => RinhaCommand.RunWell("stop", "--data", _directory.FullPath);

    private JsonElement Status(string name)
    {
        using var status = JsonDocument.Parse(
            RinhaCommand.Run("status", "--data", _directory.FullPath, "--json").Output);
        return status.RootElement.GetProperty("processes").EnumerateArray()
            .Single(process => process.GetProperty("name").GetString() == name)
            .Clone();
    }
}

/// <summary>The same stack with PostgreSQL behind the APIs.</summary>
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

    public override void AssertBalanced()
    {
        using var source = PostgresLedger.Open(
            PostgresServer.Parse($"postgres://rinha@/rinha?host={SocketsPath()}-db"), connectionsMax: 1);
        PostgresServer.AssertBalanced(source);
    }
}

/// <summary>The same stack with Caddy before the APIs and PostgreSQL behind them.</summary>
public sealed class CaddyStackFixture() : PostgresStackFixture("caddy-postgres");
