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
    public override string ToString() => File ?? WithoutPassword(Url);

    /// <summary>A text without the passwords of the URLs in it.</summary>
    public static string WithoutPassword(string text) => Password().Replace(text, "$1");

    /// <summary>Whether a text of a former start names this ledger.</summary>
    public bool IsAt(string text) => $"{this}" == (PostgresScheme().IsMatch(text) ? $"{Parse(text)}" : text);

    /// <summary>Whether a text is a PostgreSQL URL with a password.</summary>
    public static bool HasPassword(string text) => PostgresScheme().IsMatch(text) && Password().IsMatch(text);

    /// <summary>Returns <see langword="null"/> when the text is empty. The message never quotes it.</summary>
    /// <exception cref="UsageException">The text has another form.</exception>
    public static LedgerAddress? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (UnescapedSlash().IsMatch(text))
        {
            throw new UsageException(
                "DATABASE_URL: the '/' before an '@' must be percent-encoded, in a password too: %2F");
        }

        if (PostgresScheme().IsMatch(text))
        {
            // As for libpq, the default database has the user's name.
            var isComplete = DatabaseParameter().IsMatch(text);
            return new LedgerAddress(isComplete ? text : WithoutDatabase().Replace(text, "$1/$2"), null);
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

    [GeneratedRegex("^postgres(ql)?://[^/?]*/[^?]*@", RegexOptions.IgnoreCase)]
    private static partial Regex UnescapedSlash();

    [GeneratedRegex("[?&]dbname=.")]
    private static partial Regex DatabaseParameter();

    // $2 is the user.
    [GeneratedRegex("^([^:]+://([^:@/?]+)(?::[^@/?]*)?@[^/?]*)/?(?=$|\\?)")]
    private static partial Regex WithoutDatabase();

    // Another scheme, or the Name=value pairs of an ADO.NET connection string.
    [GeneratedRegex("^[A-Za-z0-9+._ -]{2,}[:=]")]
    private static partial Regex OtherForm();

    [GeneratedRegex(@"(?<=\w://[^@\s]*?):[^/?\s]*(@)|(?<=[?&])password=[^&\s]*&?", RegexOptions.IgnoreCase)]
    private static partial Regex Password();
}
