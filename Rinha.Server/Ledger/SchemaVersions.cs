namespace Rinha.Server.Ledger;

/// <summary>Why something that an operator asked for was refused, in one line; nothing was changed.</summary>
public sealed class RefusalException(string message, Exception? cause = null) : Exception(message, cause);

// The schema versions that this server can open: the current one, and older released ones, which it converts. A new
// version adds its step at the end: SQL that converts the previous version to the new one.
internal sealed class SchemaVersions(long oldest, params IReadOnlyList<string> steps)
{
    public long Current => oldest + steps.Count;

    // Whether steps lead from a version to the current one.
    public bool IsConvertible(long version) => version >= oldest && version < Current;

    // The steps from a convertible version to the current one, each with the version that it converts.
    public IEnumerable<(long From, string Sql)> StepsFrom(long version)
    {
        for (var from = version; from < Current; from++)
        {
            yield return (from, steps[(int)(from - oldest)]);
        }
    }

    // Why a ledger of this version cannot be used as it is, worded to follow its name; null if it can.
    public string? WhyRefused(long version) =>
        version == Current ? null
        : version > Current ? $"has schema version {version}, but this server knows only versions up to {Current}: "
            + "use a newer server"
        : version < oldest ? $"has schema version {version}, which was never released and cannot be converted; "
            + $"this server needs version {Current}"
        : $"has schema version {version}: start the server once to convert the ledger to version {Current}";
}
