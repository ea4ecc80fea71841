using Rinha.Stack.Processes;

namespace Rinha.Stack.Databases;

/// <summary>A SQLite ledger that holds many transactions already, made by SQL for <c>measure</c>.</summary>
public static class GrownLedger
{
    /// <summary>Makes one, and returns when it is on the disk.</summary>
    /// <exception cref="StackException">It cannot be made.</exception>
    public static void Create(string file, long transactions, Packages packages)
    {
        packages.Need("sqlite3", "sqlite3");
        using var fill = new TemporaryScript(
            File.ReadAllText(Repository.PathOf("schema.sql")) + File.ReadAllText(Script("grow.sql")));
        Ask(file, fill.FullPath, "-cmd", $".parameter set :transactions {Text(transactions)}");
        // Other users have no business in a ledger.
        File.SetUnixFileMode(file, (UnixFileMode)0b110_000_000);
        using var newest = new TemporaryScript(Ask(file, Script("newest.sql")));
        Ask(file, newest.FullPath);
        Tool.Run(["sync", file]);
    }

    private static string Ask(string file, string script, params ReadOnlySpan<string> options)
    {
        var result = Tool.Run(["sqlite3", "-bail", .. options, file], script);
        return result.Succeeded
            ? result.Output
            : throw new StackException($"{file} could not be filled: {result.Error}");
    }

    private static string Script(string name) => Repository.PathOf("Rinha.Stack", "Databases", name);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class TemporaryScript : IDisposable
    {
        public TemporaryScript(string text) => File.WriteAllText(FullPath, text);

        public string FullPath { get; } = Path.GetTempFileName();

        public void Dispose() => File.Delete(FullPath);
    }
}
