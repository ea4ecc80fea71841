namespace Rinha.Server.Tests.EndToEnd;

// The owner of files that an operator's command creates when root runs it on another user's ledger.
public sealed class OwnershipTests : ServerTest
{
    private const int User = 65534;
    private const int Group = 65533;

    private static readonly string[] s_asUser =
        ["setpriv", $"--reuid={User}", $"--regid={Group}", "--clear-groups"];

    private readonly TemporaryDirectory _backups = new();

    private string Backup => _backups.File("backup.db");

    public OwnershipTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        SampleLedger.Make(Backup);
        File.Copy(Backup, Ledger);
        File.SetUnixFileMode(Ledger, (UnixFileMode)0x1B4); // 664: shared with a group.
        using var chown = Process.Start("chown", ["-R", $"{User}:{Group}", InDirectory("")]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("verify")]
    [InlineData("accounts list")]
    [InlineData("accounts add 6 --limit 100")]
    [InlineData("accounts set-limit 1 --limit 100")]
    [InlineData("export {0}.new")]
    [InlineData("backup {0}.new")]
    [InlineData("restore {0}")]
    public void Every_file_belongs_to_the_servers_user_and_the_server_starts(string command)
    {
        RunSuccessfully(string.Format(null, command, Backup).Split(' '));

        AssertUsers("664");
        AssertServes();
    }

    [Fact]
    public void A_ledger_restored_to_a_free_path_belongs_to_the_directorys_owner()
    {
        File.Delete(Ledger);

        RunSuccessfully("restore", Backup);

        Assert.Equal($"{User}:{Group} 600", Access(Ledger));
        Assert.Equal($"{User}:{Group} 600", Access(Ledger + "-gate"));
        AssertServes();
    }

    [Fact]
    public void The_WAL_and_its_index_belong_to_the_servers_user()
    {
        using var database = Database.Open(Ledger);
        database.Execute("UPDATE clientes SET limite = limite + 1 WHERE id = 1");

        Assert.True(File.Exists(Ledger + "-wal") && File.Exists(Ledger + "-shm"));
        AssertUsers("664");
    }

    [Fact]
    public void A_symbolic_link_at_the_gates_path_does_not_change_the_targets_owner()
    {
        var other = _backups.File("other");
        File.WriteAllText(other, "of root");
        File.CreateSymbolicLink(Ledger + "-gate", other);

        RunSuccessfully("checkpoint");

        Assert.StartsWith("0:0 ", Access(other), StringComparison.Ordinal);
    }

    protected override void CleanUp() => _backups.Dispose();

    private static string Access(string path)
    {
        var start = new ProcessStartInfo("stat", ["-c", "%u:%g %a", path]) { RedirectStandardOutput = true };
        using var stat = Process.Start(start)!;
        return stat.StandardOutput.ReadToEnd().TrimEnd();
    }

    private void AssertUsers(string mode) => Assert.All(
        Directory.GetFiles(InDirectory("")),
        path => Assert.Equal($"{path} {User}:{Group} {mode}", $"{path} {Access(path)}"));

    private void AssertServes()
    {
        using var server = ServerProcess.StartUnder(s_asUser, Ledger, Socket);
        server.Post(2, RawRequest.Body).AssertOk();
    }
}
