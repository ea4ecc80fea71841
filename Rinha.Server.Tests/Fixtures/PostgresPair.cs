using Rinha.Stack.Databases;
using Rinha.Stack.Processes;

namespace Rinha.Server.Tests.Fixtures;

// A PostgreSQL and, once it is made, its synchronous standby, each on its own unix socket.
internal sealed class PostgresPair : IDisposable
{
    private static readonly PostgresPrograms? s_programs = PostgresPrograms.Find();

    private readonly TemporaryDirectory _directory = new();

    public PostgresPair()
    {
        Assert.SkipWhen(s_programs is null, "PostgreSQL is not installed: ./rinha test installs it");
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_101_101);
        Primary = new PostgresCluster(s_programs, _directory.File("a"), PrimaryHost);
        Standby = new PostgresCluster(s_programs, _directory.File("b"), StandbyHost);
        Primary.Create();
        File.WriteAllText(_directory.File("hba"), "local all all trust\nlocal replication all trust\n");
        File.AppendAllLines(
            _directory.File("a/postgresql.auto.conf"),
            ["fsync = off", "wal_level = replica", "max_wal_senders = 2", $"hba_file = '{_directory.File("hba")}'"]);
        Primary.Start();
    }

    public PostgresCluster Primary { get; }

    public PostgresCluster Standby { get; }

    public string PrimaryHost => _directory.File("a.s");

    public string StandbyHost => _directory.File("b.s");

    public static string Url(params string[] hosts) => $"postgres://rinha@/rinha?host={string.Join(',', hosts)}";

    // Runs SQL on the primary as the superuser; returns the rows.
    public string Query(params string[] statements) => Primary
        .Psql(["-At", .. statements.SelectMany(sql => new[] { "-c", sql })]).OrThrow("psql failed").Output.Trim();

    // From here on a commit on the primary waits for this standby.
    public void SetSynchronous(string standby) => Query(
        $"ALTER SYSTEM SET synchronous_standby_names = '{standby}'", "SELECT pg_reload_conf()");

    public void StartStandby()
    {
        var directory = Directory.CreateDirectory(_directory.File("b")).FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_000_000);
        PostgresPrograms.User.Chown(directory);
        s_programs!.Run(
            "pg_basebackup", ["-h", PrimaryHost, "-U", "postgres", "-D", directory, "-R", "--checkpoint=fast"])
            .OrThrow("pg_basebackup failed");
        Standby.Start();
        SetSynchronous("*");
    }

    public void Promote() =>
        s_programs!.Run("pg_ctl", ["promote", "-D", _directory.File("b")]).OrThrow("pg_ctl promote failed");

    public void SendToPrimary(Signal signal)
    {
        foreach (var id in PostgresCluster.ProcessesOf(_directory.File("a")))
        {
            ProcessIdentity.Of(id).Send(signal);
        }
    }

    public void Dispose()
    {
        SendToPrimary(Signal.Continue);
        Primary.Stop(isImmediate: true);
        Standby.Stop(isImmediate: true);
        _directory.Dispose();
    }
}
