namespace Rinha.Server.Ledger;

/// <summary>Something that an operator asked for is not done, and nothing was changed.</summary>
/// <param name="message">Why, in one line.</param>
/// <param name="cause">What was found out first, if anything.</param>
public sealed class RefusalException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// The schema versions that this server can open: the current one, and older released ones, which it converts. A new
/// version adds its step at the end, and so the current version is the oldest plus the number of steps.
/// </summary>
/// <param name="oldest">The oldest version that can be converted.</param>
/// <param name="steps">SQL: the first leads from the oldest version to the next one, and so on.</param>
internal sealed class SchemaVersions(long oldest, params IReadOnlyList<string> steps)
{
    /// <summary>The version of a ledger in use.</summary>
    public long Current => oldest + steps.Count;

    /// <summary>Whether steps lead from a version to the current one.</summary>
    public bool IsConvertible(long version) => version >= oldest && version < Current;

    /// <summary>The steps from a convertible version to the current one, each with where it begins.</summary>
    public IEnumerable<(long From, string Sql)> StepsFrom(long version) =>
        steps.Skip((int)(version - oldest)).Select((sql, index) => (version + index, sql));

    /// <summary>
    /// Why a ledger of a version cannot be used as it is, to be put after its name; <see langword="null"/> if it can.
    /// </summary>
    public string? WhyRefused(long version)
    {
        if (version > Current)
        {
            return $"has schema version {version}, but this server knows only versions up to {Current}: "
                + "use a newer server";
        }

        if (version < oldest)
        {
            return $"has schema version {version}, which was never released and cannot be converted; "
                + $"this server needs version {Current}";
        }

        return version == Current
            ? null
            : $"has schema version {version}: start the server once, it converts the ledger to version {Current}";
    }
}
