namespace Rinha.Stack.Stacks;

/// <summary>
/// The ledger that DATABASE_URL names instead of the stack's own, in the forms that the server accepts: a PostgreSQL
/// database or a SQLite file.
/// </summary>
/// <param name="Url">The value for the servers, with the password.</param>
/// <param name="File">The SQLite file's absolute path; <see langword="null"/> for PostgreSQL.</param>
public sealed partial record LedgerAddress(string Url, string? File)
{
    private const string SqliteScheme = "sqlite://";
    private const string Forms = "DATABASE_URL: must be a path, sqlite:///absolute/path or "
        + "postgres://user:password@host:port/database";

    /// <summary>The address for people and files: without the password.</summary>
    public override string ToString() => File ?? Password().Replace(Url, "$1");

    /// <summary>Returns <see langword="null"/> when the text is empty. The message never quotes it.</summary>
    /// <exception cref="UsageException">The text has another form.</exception>
    public static LedgerAddress? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (PostgresScheme().IsMatch(text))
        {
            return new LedgerAddress(text, null);
        }

        var hasScheme = text.StartsWith(SqliteScheme, StringComparison.OrdinalIgnoreCase);
        var path = hasScheme ? text[SqliteScheme.Length..] : text;
        if (OtherForm().IsMatch(path) || (hasScheme && !path.StartsWith('/')))
        {
            throw new UsageException(Forms);
        }

        // ?mode=rw, for the server.
        var end = path.IndexOf('?') is >= 0 and var at ? at : path.Length;
        var file = Path.GetFullPath(path[..end]);
        return new LedgerAddress(file + path[end..], file);
    }

    [GeneratedRegex("^postgres(ql)?://", RegexOptions.IgnoreCase)]
    private static partial Regex PostgresScheme();

    // Another scheme, or the Name=value pairs of an ADO.NET connection string.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]+:|^[A-Za-z ]+=")]
    private static partial Regex OtherForm();

    [GeneratedRegex("(?<=^[^:]+://[^@]*?):[^/?]*(@)|(?<=[?&])password=[^&]*&?", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
