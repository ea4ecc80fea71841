namespace Rinha.Stack.Databases;

/// <summary>A SQLite ledger with many transactions, filled by SQL for <c>measure</c>.</summary>
public static class PrefilledLedger
{
    /// <summary>Creates the ledger and syncs it to disk.</summary>
    public static void Create(string file, long transactions, Packages packages)
    {
        packages.Require("sqlite3", "sqlite3");
        Run(file, Repository.PathOf("schema.sql"));
        Run(file, Script("grow.sql"), "-cmd", $".parameter set :transactions {transactions}");
        File.SetUnixFileMode(file, (UnixFileMode)0b110_000_000);
        var newest = Path.GetTempFileName();
        File.WriteAllText(newest, Run(file, Script("newest.sql")));
        Run(file, newest);
        File.Delete(newest);
        Tool.Run(["sync", file]);
    }

    private static string Run(string file, string script, params string[] options) =>
        Tool.Run(["sqlite3", "-bail", .. options, file], script).OrThrow($"{file} could not be filled").Output;

    private static string Script(string name) => Repository.PathOf("Rinha.Stack", "Databases", name);
}
