using Rinha.Stack.Databases;

namespace Rinha.Chaos.UnderTest;

// A PostgreSQL of the campaign's own, on a copy of the cluster that ./rinha chaos has made, with its settings of every
// day (fsync on); reached over a unix socket.
internal sealed class PostgresServer : IDisposable
{
    private readonly string _directory;
    private readonly string _sockets;
    private readonly BankProcess _process;
    private readonly PostgresLedgerSource _ledger;

    public PostgresServer(CampaignRun run)
    {
        _sockets = run.Setting.ClusterSockets;
        _directory = Path.Combine(run.Directory, "cluster");
        if (!Tool.Run(["cp", "-a", run.Setting.Cluster, _directory]).Succeeded)
        {
            throw new ChaosException($"{run.Setting.Cluster} cannot be copied to {_directory}");
        }

        _ = PostgresUrl.TryParse($"postgres://postgres@/rinha?host={_sockets}", out var url);
        _ledger = new PostgresLedgerSource(url!);
        _process = new BankProcess(
            "db",
            Path.Combine(run.Directory, "db.log"),
            PostgresPrograms.Find()!.Command("postgres", "-D", _directory, "-c", $"unix_socket_directories={_sockets}"),
            run.Setting.EntrancesOf("db", hasPostgres: true));
    }

    public string Url => $"postgres://rinha@/rinha?host={_sockets}";

    public string SocketPath => Path.Combine(_sockets, ".s.PGSQL.5432");

    // The ledger in it, for the oracle: as the superuser, who may look everywhere.
    public ILedgerSource Ledger => _ledger;

    // Starts it, first or again, and waits until it answers: it repairs then what a crash has left.
    public void Start()
    {
        _process.Start();
        Wait.Until(() => Answers() || !_process.IsAlive, () => $"no answer: {_process.Log}");
        if (!_process.IsAlive)
        {
            throw new ChaosException($"PostgreSQL has ended: {_process.Log}");
        }
    }

    // Kills the first process and all others at once, in the middle of whatever they do.
    public void Kill()
    {
        ProcessTable.KillAll(() => PostgresCluster.ProcessesOf(_directory));
        if (PostgresCluster.ProcessesOf(_directory).Count > 0 || !_process.WaitForEnd(out _))
        {
            throw new ChaosException("PostgreSQL does not die");
        }
    }

    // Stops it and starts it again, as pg_ctl restart -m fast does: what is under way is rolled back.
    public void Restart()
    {
        _process.Identity.Send(Signal.Interrupt);
        if (!_process.WaitForEnd(out var exitCode) || exitCode != 0)
        {
            throw new ChaosException($"PostgreSQL does not stop, or not well ({exitCode}): {_process.Log}");
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
