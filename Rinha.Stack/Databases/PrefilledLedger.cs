namespace Rinha.Stack.Databases;

/// <summary>A SQLite ledger with many transactions, filled by SQL for <c>measure</c>.</summary>
public static class PrefilledLedger
{
    /// <summary>Creates the ledger and syncs it to disk.</summary>
    public static void Create(string file, long transactions, long accounts, Packages packages)
    {
        packages.Require("sqlite3", "sqlite3");
        Run(file, Repository.PathOf("schema.sql"));
        Run(
            file,
            Repository.PathOf("Rinha.Stack", "Databases", "grow.sql"),
            "-cmd", $".parameter set :transactions {transactions}", "-cmd", $".parameter set :accounts {accounts}");
        File.SetUnixFileMode(file, (UnixFileMode)0b110_000_000);
        Tool.Run(["sync", file]);
    }

    private static void Run(string file, string script, params string[] options) =>
        _ = Tool.Run(["sqlite3", "-bail", .. options, file], script).OrThrow($"{file} could not be filled");
}
