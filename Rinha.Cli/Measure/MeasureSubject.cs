using System.Text.RegularExpressions;
using Rinha.Stack;
using Rinha.Stack.Databases;

namespace Rinha.Cli.Measure;

/// <summary>One of the things that are compared: how its stack is started, and which accounts are asked for.</summary>
internal sealed partial record MeasureSubject(string Name, StackLayout Layout)
{
    public const string Plain = "stack";
    public const string Floor = "floor";
    public const string Grown = "grown";
    public const string One = "one";
    public const string Million = "million";
    public const string Other = "server";

    private const int Accounts5 = 5;
    private const int AccountsMillion = 1_000_000;

    // What the subjects have in common is the default, whatever the environment of this process has.
    private static readonly Dictionary<string, string> s_environment = new() { ["RINHA_SYNCHRONOUS"] = "" };

    /// <summary>How many accounts are asked for.</summary>
    public int Accounts { get; private init; } = Accounts5;

    private string Server { get; init; } = Repository.Server;

    private (string Name, string Value)? Setting { get; init; }

    /// <summary>The subject of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static MeasureSubject Parse(string name, StackLayout layout, string? server)
    {
        var subject = new MeasureSubject(name, layout);
        if (name is Grown or Million && layout.HasPostgres)
        {
            throw new UsageException($"{name} needs SQLite; {layout.Name} has PostgreSQL");
        }

        if (StackLayout.Names.Contains(name))
        {
            return subject with { Layout = StackLayout.Choose(name, layout.Split) };
        }

        if (StackLayout.SplitsOf(layout.Name).Contains(name))
        {
            return subject with { Layout = StackLayout.Choose(layout.Name, name) };
        }

        if (SettingForm().Match(name) is { Success: true } match)
        {
            return subject with { Setting = (match.Groups[1].Value, match.Groups[2].Value) };
        }

        return name switch
        {
            Plain or Floor or Grown => subject,
            One => subject with { Accounts = 1 },
            Million => subject with { Accounts = AccountsMillion },
            Other when server is not null => subject with { Server = server },
            Other => throw new UsageException("'server' needs --server PATH"),
            _ => throw new UsageException(
                $"not stack, floor, grown, one, million, server, NAME=VALUE, a stack or a split: '{name}'"),
        };
    }

    /// <summary>Starts its stack on a fresh ledger.</summary>
    public void Start(DataDirectory data, int port, MeasureLoad load, int transactions)
    {
        if (Name == Grown)
        {
            Console.Error.WriteLine($"filling a file with {transactions} transactions");
            Directory.CreateDirectory(data.FullPath);
            GrownLedger.Create(data.LedgerFile, transactions, new Packages(Console.Error.WriteLine));
        }

        var environment = new Dictionary<string, string>(s_environment);
        if (Setting is { } setting)
        {
            environment[setting.Name] = setting.Value;
        }

        string[] more = Name == Floor ? ["--floor", load.FloorAnswers] : [];
        Foreground.RunVerb(
            environment,
            [
                "run", "--detach", "--data", data.FullPath, "--port",
                port.ToString(CultureInfo.InvariantCulture), "--stack", Layout.Name, "--split",
                Layout.Split, "--server", Server, .. more,
            ]);
        if (Name == Million)
        {
            var added = Tool.Run(
            [
                Server, "accounts", "add", $"{Accounts5 + 1}..{AccountsMillion}", "--limit", "100000", "--database-url",
                data.LedgerFile,
            ]);
            if (!added.Succeeded)
            {
                throw new StackException($"the accounts could not be added: {added.LastLine}");
            }
        }
    }

    [GeneratedRegex("^([A-Z][A-Z0-9_]*)=(.+)$")]
    private static partial Regex SettingForm();
}

/// <summary>What a subject is asked for.</summary>
/// <param name="Name">mix, refused, statements or connections.</param>
/// <param name="Connections">How many requests are in flight at once.</param>
/// <param name="Seconds">How long.</param>
internal sealed record MeasureLoad(string Name, int Connections, int Seconds)
{
    public const string Mix = "mix";

    // Beyond every limit, and as much as the load tester can ask for.
    private const string RefusedCents = "2147483647";

    /// <summary>The answers of a floor that this load takes for right.</summary>
    public string FloorAnswers => Name == "connections" ? Mix : Name;

    /// <summary>The flags of the load tester.</summary>
    public IEnumerable<string> Flags => Name switch
    {
        "refused" => ["--mix", "1:0:0", "--amount", RefusedCents],
        "statements" => ["--mix", "0:0:1"],
        "connections" => ["--close"],
        _ => [],
    };
}
