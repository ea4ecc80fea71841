namespace Rinha.Server.Ledger;

/// <summary>The accounts of a new ledger: the contest's, which the schema has, none, or those of a file.</summary>
public sealed class InitialAccounts
{
    public static readonly InitialAccounts Contest = new(null);

    private readonly string? _path; // Empty for no accounts.

    private InitialAccounts(string? path) => _path = path;

    /// <summary>Parses RINHA_ACCOUNTS (<see cref="SettingParser{T}"/>). The file is read when it is needed.</summary>
    public static string? Parse(string text, out InitialAccounts accounts)
    {
        accounts = text switch
        {
            "contest" => Contest,
            "none" => new InitialAccounts(""),
            _ when text.Length > 0 && !text.Contains('\0') => new InitialAccounts(Path.GetFullPath(text)),
            _ => Contest,
        };
        return text.Length == 0 || text.Contains('\0') ? $"must be contest, none or a file, not '{text}'" : null;
    }

    // The accounts that replace the schema's; null to keep those. RefusalException: the file is invalid.
    internal IReadOnlyDictionary<long, long>? ReadLimits()
    {
        if (_path is null)
        {
            return null;
        }

        if (_path.Length > 0 && !File.Exists(_path))
        {
            throw new RefusalException($"{Setting.Accounts.Variable}: there is no file at {_path}");
        }

        var limits = new Dictionary<long, long>();
        var number = 0;
        foreach (var line in _path.Length == 0 ? [] : File.ReadLines(_path))
        {
            number++;
            try
            {
                Add(limits, line);
            }
            catch (RefusalException refusal)
            {
                throw new RefusalException($"{_path}, line {number}: {refusal.Message}", refusal);
            }
        }

        return limits;
    }

    private static void Add(Dictionary<long, long> limits, string line)
    {
        if (line.Split(' ', '\t') is not [var id, var cents])
        {
            throw new RefusalException("expected an id, a blank and a limit in cents");
        }

        if (!limits.TryAdd(AccountNumbers.ReadId(id), AccountNumbers.ReadCents(cents)))
        {
            throw new RefusalException($"account {id} is there twice");
        }

        if (limits.Count > Limits.AccountsAddedMax)
        {
            throw new RefusalException($"there are more than {Limits.AccountsAddedMax:N0} accounts");
        }
    }
}

// An operator's account numbers and amounts, as decimal digits. RefusalException: out of range.
internal static class AccountNumbers
{
    public static long ReadId(string text) => TryRead(text, out var id) && id is >= 1 and <= Limits.AccountIdMax
        ? id
        : throw new RefusalException($"an account's id must be 1 to {Limits.AccountIdMax}, not '{text}'");

    public static long ReadCents(string text) => TryRead(text, out var cents) && cents <= Limits.AmountCentsMax
        ? cents
        : throw new RefusalException($"a limit must be 0 to {Limits.AmountCentsMax} cents, not '{text}'");

    private static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
