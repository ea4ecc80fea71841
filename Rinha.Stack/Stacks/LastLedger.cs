namespace Rinha.Stack.Stacks;

/// <summary>
/// The ledger of a data directory's last start, without its password, in DIR/ledger. A start that names no ledger must
/// not replace it by another one.
/// </summary>
public static class LastLedger
{
    private const string FileName = "ledger";

    /// <summary>Returns <see langword="null"/> when the directory has had none.</summary>
    /// <exception cref="StackException">Another user's start has written it.</exception>
    public static string? Read(DataDirectory data)
    {
        var file = Path.Combine(data.FullPath, FileName);
        var lines = ProcessTable.Lines(file);
        return lines.Length == 0 && File.Exists(file)
            ? throw new StackException($"{file} cannot be read, so which ledger this directory has is unknown")
            : lines.FirstOrDefault() is { } text
            ? text.Contains("://", StringComparison.Ordinal) ? text : Path.GetFullPath(text, data.FullPath)
            // A directory of a version without this file.
            : !IsMissing(data.LedgerFile) ? data.LedgerFile
            : Directory.Exists(data.Cluster) ? data.Cluster
            : null;
    }

    /// <summary>Writes it atomically. A path inside the directory is relative: the directory may move.</summary>
    public static void Write(DataDirectory data, string ledger)
    {
        var file = Path.Combine(data.FullPath, FileName);
        var inside = data.FullPath + "/";
        File.WriteAllText(file + ".new", ledger.StartsWith(inside, StringComparison.Ordinal)
            ? ledger[inside.Length..]
            : ledger);
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Whether the server would create a ledger here. SQLite takes an empty file for a new database.</summary>
    public static bool IsMissing(string file) => new FileInfo(file) is not { Exists: true, Length: > 0 };
}
