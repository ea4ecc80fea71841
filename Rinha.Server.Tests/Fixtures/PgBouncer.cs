using Rinha.Stack.Databases;
using Rinha.Stack.Processes;

namespace Rinha.Server.Tests.Fixtures;

// PgBouncer in front of a PostgreSQL, with the configuration of docs/scale-out.md, whose last section goes on here.
internal sealed class PgBouncer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _program;
    private TestProcess? _process;

    public PgBouncer(string databaseHost, string mode)
    {
        _program = Tool.Find("pgbouncer") ?? "";
        Assert.SkipWhen(_program.Length == 0, "PgBouncer is not installed: ./rinha test installs it");
        PostgresPrograms.User.Chown(_directory.FullPath); // It refuses to run as root.
        File.WriteAllText(_directory.File("users"), "\"rinha\" \"\"\n");
        File.WriteAllText(_directory.File("ini"), $"""
            {File.ReadAllText(Repository.PathOf("stacks", "pgbouncer", "pgbouncer.ini"))}
            listen_addr =
            unix_socket_dir = {_directory.FullPath}
            auth_type = trust
            auth_file = {_directory.File("users")}
            pool_mode = {mode}
            [databases]
            rinha = host={databaseHost}
            """);
        Start();
    }

    // The ledger's URL, without a word on prepared statements.
    public string Url => $"postgres://rinha@/rinha?host={_directory.FullPath}&port=6432";

    public void Start()
    {
        _process = new TestProcess([.. PostgresPrograms.User.AsUser, _program, "-q", _directory.File("ini")]);
        Wait.Until(
            () => File.Exists(_directory.File(".s.PGSQL.6432")) || _process.HasExited, "PgBouncer listens");
        Assert.False(_process.HasExited, "PgBouncer exited at once");
    }

    // A crash.
    public void Kill()
    {
        _process?.Dispose();
        _process = null;
        File.Delete(_directory.File(".s.PGSQL.6432"));
    }

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }
}
