using Rinha.Stack.Databases;

namespace Rinha.Chaos.UnderTest;

// The campaign's own PostgreSQL, on a copy of the template cluster, with production settings (fsync on), reached over a
// unix socket. Dispose kills it.
internal sealed class PostgresServer : IDisposable
{
    private readonly string _directory;
    private readonly string _sockets;
    private readonly BankProcess _process;
    private readonly PostgresLedgerSource _ledger;

    public PostgresServer(CampaignRun run)
    {
        _sockets = run.Settings.ClusterSockets;
        _directory = Path.Combine(run.Directory, "cluster");
        if (!Tool.Run(["cp", "-a", run.Settings.Cluster, _directory]).Succeeded)
        {
            throw new ChaosException($"{run.Settings.Cluster} cannot be copied to {_directory}");
        }

        _ = PostgresUrl.TryParse($"postgres://postgres@/rinha?host={_sockets}", out var url);
        _ledger = new PostgresLedgerSource(url!);
        _process = new BankProcess(
            "db",
            Path.Combine(run.Directory, "db.log"),
            PostgresPrograms.Find()!.Command("postgres", "-D", _directory, "-c", $"unix_socket_directories={_sockets}"),
            "postgres-db",
            run.Settings);
    }

    public string Url => $"postgres://rinha@/rinha?host={_sockets}";

    public string SocketPath => Path.Combine(_sockets, ".s.PGSQL.5432");

    // For the oracle: connects as the superuser.
    public ILedgerSource Ledger => _ledger;

    // Starts it and waits until it answers, after any crash recovery.
    public void Start()
    {
        _process.Start();
        Wait.Until(() => Answers() || !_process.IsAlive, () => $"no answer: {_process.Log}");
        if (!_process.IsAlive)
        {
            throw new ChaosException($"PostgreSQL exited: {_process.Log}");
        }
    }

    // kill -9 of all its processes at once.
    public void Kill()
    {
        ProcessTable.KillAll(() => PostgresCluster.ProcessesOf(_directory));
        if (PostgresCluster.ProcessesOf(_directory).Count > 0 || !_process.WaitForEnd(out _))
        {
            throw new ChaosException("PostgreSQL survived kill -9");
        }
    }

    // As pg_ctl restart -m fast: rolls back open transactions.
    public void Restart()
    {
        _process.Identity.Send(Signal.Interrupt);
        if (!_process.WaitForEnd(out var exitCode) || exitCode != 0)
        {
            throw new ChaosException($"PostgreSQL did not stop cleanly ({exitCode}): {_process.Log}");
        }

        Start();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        foreach (var left in new DirectoryInfo(_sockets).EnumerateFiles(".s.PGSQL.*"))
        {
            left.Delete();
        }
    }

    private bool Answers()
    {
        try
        {
            using var connection = _ledger.Open();
            return true;
        }
        catch (Npgsql.NpgsqlException)
        {
            return false;
        }
    }
}
