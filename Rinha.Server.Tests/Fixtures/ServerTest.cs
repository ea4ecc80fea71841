namespace Rinha.Server.Tests.Fixtures;

// Tests of the published binary as a process, each in a new directory.
public abstract class ServerTest : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    protected string Ledger => InDirectory("rinha.db");

    protected string Socket => InDirectory("api.sock");

    protected (string Name, string Value)[] Settings => [("DATABASE_URL", Ledger), ("API_SOCKET", Socket)];

    public void Dispose()
    {
        CleanUp();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    // Ends processes that a test may have left running in the directory.
    protected virtual void CleanUp()
    {
    }

    // A file's path in the directory; "" for the directory itself.
    protected string InDirectory(string name) => Path.Combine(_directory.FullPath, name);

    protected ServerProcess Start(params (string Name, string Value)[] environment) =>
        ServerProcess.Start(Ledger, Socket, environment);

    protected CommandExit Run(params string[] arguments) => ServerProcess.Run(arguments, Settings);

    protected CommandExit RunSuccessfully(params string[] arguments) => Run(arguments).AssertSuccess();

    protected long Transactions() => LedgerRows.Query(Ledger, "SELECT count(*) FROM transacoes");
}

internal static class CommandExitExtensions
{
    // Fails unless a command exited with 2 and one line with this reason.
    public static void AssertRefused(this CommandExit exit, string reason)
    {
        Assert.Equal(2, exit.Code);
        Assert.StartsWith("Rinha.Server: ", exit.Error, StringComparison.Ordinal);
        Assert.Contains(reason, exit.Error, StringComparison.Ordinal);
        Assert.Equal(exit.Error.Length - 1, exit.Error.IndexOf('\n', StringComparison.Ordinal));
    }
}
