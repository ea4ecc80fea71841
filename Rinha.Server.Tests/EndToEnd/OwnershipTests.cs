namespace Rinha.Server.Tests.EndToEnd;

/// <summary>What an operator's command leaves when root runs it on the ledger of another user.</summary>
public sealed class OwnershipTests : IDisposable
{
    private const int User = 65534;
    private const int Group = 65533;

    private static readonly string[] s_asUser =
        ["setpriv", $"--reuid={User}", $"--regid={Group}", "--clear-groups"];

    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryDirectory _backups = new();

    private string Database => _directory.File("rinha.db");

    private string Backup => _backups.File("backup.db");

    public OwnershipTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        SampleLedger.Make(Backup);
        File.Copy(Backup, Database);
        File.SetUnixFileMode(Database, (UnixFileMode)0x1B4); // 664: a group shares it.
        using var chown = Process.Start("chown", ["-R", $"{User}:{Group}", _directory.FullPath]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("verify")]
    [InlineData("accounts list")]
    [InlineData("accounts add 6 --limit 100")]
    [InlineData("accounts set-limit 1 100")]
    [InlineData("backup {0}.new")]
    [InlineData("restore {0}")]
    public void Every_file_is_the_servers_users_and_the_server_starts(string command)
    {
        Run(string.Format(null, command, Backup).Split(' '));

        AssertUsers("664");
        AssertServes();
    }

    [Fact]
    public void A_ledger_that_is_restored_where_none_was_is_the_directorys_owners()
    {
        File.Delete(Database);

        Run("restore", Backup);

        Assert.Equal($"{User}:{Group} 600", Access(Database));
        Assert.Equal($"{User}:{Group} 644", Access(Database + "-gate"));
        AssertServes();
    }

    [Fact]
    public void So_are_the_log_and_its_index_which_SQLite_makes()
    {
        using var database = Rinha.Server.Sqlite.Database.Open(Database);
        database.Execute("UPDATE clientes SET limite = limite + 1 WHERE id = 1");

        Assert.True(File.Exists(Database + "-wal") && File.Exists(Database + "-shm"));
        AssertUsers("664");
    }

    [Fact]
    public void A_symbolic_link_in_the_gates_place_does_not_give_away_another_file()
    {
        var other = _backups.File("other");
        File.WriteAllText(other, "of root");
        File.CreateSymbolicLink(Database + "-gate", other);

        Run("checkpoint");

        Assert.StartsWith("0:0 ", Access(other), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _directory.Dispose();
        _backups.Dispose();
    }

    private static string Access(string path)
    {
        var start = new ProcessStartInfo("stat", ["-c", "%u:%g %a", path]) { RedirectStandardOutput = true };
        using var stat = Process.Start(start)!;
        return stat.StandardOutput.ReadToEnd().TrimEnd();
    }

    private void AssertUsers(string mode) => Assert.All(
        Directory.GetFiles(_directory.FullPath),
        path => Assert.Equal($"{path} {User}:{Group} {mode}", $"{path} {Access(path)}"));

    private void AssertServes()
    {
        using var server = ServerProcess.StartUnder(s_asUser, Database, _directory.File("api.sock"));
        using var connection = server.Connect();
        connection.Exchange(RawRequest.Post("/clientes/2/transacoes", RawRequest.Body)).AssertOk();
    }

    private void Run(params string[] arguments)
    {
        var exit = ServerProcess.Run(arguments, ("DATABASE_URL", Database));
        Assert.True(exit.Code == 0, exit.Output + exit.Error);
    }
}
