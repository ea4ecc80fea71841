using System.Diagnostics.CodeAnalysis;
using Rinha.Server.Net;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;

namespace Rinha.Server;

/// <summary>
/// The validated values of all settings. Each comes from a flag, else from the environment, else from its default.
/// </summary>
public sealed class ServerOptions
{
    private const int AddressIndex = 2; // The address follows the ledger and its synchronous setting.

    private readonly Dictionary<Setting, object?> _values;

    private ServerOptions(Dictionary<Setting, object?> values)
    {
        _values = values;
        Address = Get(Setting.ApiSocket) is { } path
            ? new ListenAddress(new UnixDomainSocketEndPoint(path), Get(Setting.ApiSocketMode))
            : new ListenAddress(new IPEndPoint(Get(Setting.ApiHost), Get(Setting.ApiPort)), default);
    }

    public ListenAddress Address { get; }

    /// <summary>The operator's socket; <see langword="null"/> when /metrics is at <see cref="Address"/>.</summary>
    public ListenAddress? MetricsAddress => Get(Setting.MetricsSocket) is { } path
        ? new ListenAddress(new UnixDomainSocketEndPoint(path), Get(Setting.ApiSocketMode))
        : null;

    /// <summary>The ledger's address without its password.</summary>
    public string Database => Get(Setting.Database).ToString();

    /// <summary>The SQLite file; empty when the ledger is in <see cref="Postgres"/>.</summary>
    public string DatabasePath => Get(Setting.Database).Path;

    /// <summary>Whether to make a SQLite file that does not exist.</summary>
    public bool MayCreateDatabase => Get(Setting.Database).MayCreate;

    /// <summary>The PostgreSQL database; <see langword="null"/> when the ledger is a file.</summary>
    public PostgresAddress? Postgres => Get(Setting.Database).Postgres;

    public Synchronous Synchronous => Get(Setting.Synchronous);

    /// <summary>Validates the settings; the error is one line that names the bad setting and the reason.</summary>
    public static bool TryCreate(
        Func<Setting, string?> given,
        [NotNullWhen(true)] out ServerOptions? options,
        [NotNullWhen(false)] out string? error)
    {
        options = null;
        error = Conflict(given);
        var values = new Dictionary<Setting, object?>();
        foreach (var setting in Setting.All)
        {
            object? value = null;
            error ??= (given(setting) ?? setting.Default) is { } text ? setting.Parse(text, out value) : null;
            values.Add(setting, value);
        }

        options = error is null ? new ServerOptions(values) : null;
        return options is not null;
    }

    /// <summary>A setting's value; <see langword="null"/> if it has no default and was not given.</summary>
    public T Get<T>(Setting<T> setting) => (T)_values[setting]!;

    /// <summary>All settings as fields of the Starting event.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Fields() =>
        Describe().Select(setting => KeyValuePair.Create(setting.Name, setting.Value));

    /// <summary>All settings in one line, for the log.</summary>
    public override string ToString() => string.Join(", ", Describe().Select(setting => setting.Text));

    private List<(string Name, object? Value, string Text)> Describe()
    {
        List<(string Name, object? Value, string Text)> described =
        [
            .. from setting in Setting.All
               let text = setting.Describe(_values[setting])
               where text is not null
               select (setting.Name, _values[setting], text),
        ];
        described.Insert(AddressIndex, ("Listen", Address, $"listen {Address}"));
        return described;
    }

    private static string? Conflict(Func<Setting, string?> given)
    {
        if (given(Setting.ApiSocket) is null)
        {
            return given(Setting.ApiSocketMode) is null
                ? null
                : $"{Setting.ApiSocketMode.Variable} needs {Setting.ApiSocket.Variable}, which is not set";
        }

        return given(Setting.ApiHost) is null && given(Setting.ApiPort) is null
            ? null
            : $"{Setting.ApiSocket.Variable} and {Setting.ApiHost.Variable}/{Setting.ApiPort.Variable} "
                + "are both set; choose one";
    }
}

/// <summary>
/// The ledger's address: a PostgreSQL database, or the path of a SQLite file. <c>?mode=rw</c> after a path forbids to
/// create the file, <c>?mode=rwc</c> is the default (https://www.sqlite.org/uri.html).
/// </summary>
public sealed record DatabaseAddress(string Path, PostgresAddress? Postgres, bool MayCreate = true)
{
    private const string SqliteScheme = "sqlite://";
    private const string KeepMode = "mode=rw";

    /// <summary>Parses DATABASE_URL (<see cref="SettingParser{T}"/>).</summary>
    public static string? Parse(string text, out DatabaseAddress value)
    {
        value = new DatabaseAddress("", null);
        if (PostgresAddress.IsPostgresUrl(text))
        {
            _ = PostgresAddress.TryParse(text, out var postgres, out var reason);
            value = new DatabaseAddress("", postgres);
            return reason;
        }

        // Another scheme, or a name of ADO.NET's Name=value pairs. The rest may hold a password.
        var isUrl = text.StartsWith(SqliteScheme, StringComparison.OrdinalIgnoreCase);
        var path = isUrl ? text[SqliteScheme.Length..] : text;
        var name = path[..Math.Max(path.IndexOfAny([':', '=', '/']), 0)];
        if (isUrl ? !path.StartsWith('/') : name.Length > 1 && path[name.Length] != '/' && name.All(IsOfName))
        {
            return "must be a path, sqlite:///absolute/path or postgres://user:password@host:port/database"
                + (isUrl ? "" : $", not {name}{path[name.Length]}…");
        }

        var query = path.IndexOf('?') is >= 0 and var at ? path[(at + 1)..] : null;
        path = query is null ? path : path[..^(query.Length + 1)];
        if (path.Length == 0 || path.EndsWith('/') || path.Contains('\0'))
        {
            return $"'{text}' is not a file's path";
        }

        value = new DatabaseAddress(System.IO.Path.GetFullPath(path), null, query is not KeepMode);
        return query switch
        {
            null or KeepMode or "mode=rwc" => null,
            "mode=ro" => $"mode=ro cannot be: the server writes to {path}",
            _ => $"a path may end in ?mode=rw or ?mode=rwc, not in ?{query}",
        };
    }

    private static bool IsOfName(char one) => char.IsAsciiLetterOrDigit(one) || "+._- ".Contains(one);

    /// <summary>The address without its password.</summary>
    public override string ToString() => Postgres?.ToString() ?? (MayCreate ? Path : $"{Path}?{KeepMode}");
}
