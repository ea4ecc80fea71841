namespace Rinha.Server.Tests.Fixtures;

/// <summary>Tests of the published binary as a process, each in a new directory.</summary>
public abstract class ServerTest : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>The path of the ledger.</summary>
    protected string Ledger => InDirectory("rinha.db");

    /// <summary>The path of the socket.</summary>
    protected string Socket => InDirectory("api.sock");

    protected (string Name, string Value)[] Settings => [("DATABASE_URL", Ledger), ("API_SOCKET", Socket)];

    public void Dispose()
    {
        CleanUp();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what a test may have left running in the directory.</summary>
    protected virtual void CleanUp()
    {
    }

    /// <summary>The path of a file in the directory; the directory itself for "".</summary>
    protected string InDirectory(string name) => Path.Combine(_directory.FullPath, name);

    protected ServerProcess Start(params (string Name, string Value)[] environment) =>
        ServerProcess.Start(Ledger, Socket, environment);

    /// <summary>Runs the binary as a command on the ledger.</summary>
    protected CommandExit Run(params string[] arguments) => ServerProcess.Run(arguments, Settings);

    /// <summary>Runs a command that must succeed.</summary>
    protected CommandExit RunWell(params string[] arguments) => Run(arguments).AssertWell();

    /// <summary>How many transactions the ledger has.</summary>
    protected long Transactions() => LedgerRows.Query(Ledger, "SELECT count(*) FROM transacoes");
}

internal static class CommandExitExtensions
{
    /// <summary>Fails unless a command was refused with exit code 2 and one line that says why.</summary>
    public static void AssertRefused(this CommandExit exit, string why)
    {
        Assert.Equal(2, exit.Code);
        Assert.StartsWith("Rinha.Server: ", exit.Error, StringComparison.Ordinal);
        Assert.Contains(why, exit.Error, StringComparison.Ordinal);
        Assert.Equal(exit.Error.Length - 1, exit.Error.IndexOf('\n', StringComparison.Ordinal));
    }
}
