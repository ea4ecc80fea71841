using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

// ledger: the server's own commands on the ledger of a stack. The server parses all but --data.
internal static class LedgerVerb
{
    public const string Name = "ledger";

    private static readonly Option<string?> s_data = Arguments.Text(
        "--data", "The stack's data directory (default: this checkout's, else, to read, the running stack's).");

    // For help only: the arguments are the server's.
    public static Command Create() =>
        new(Name, "Back up, verify, move or edit a stack's ledger. Each command has its own --help.")
        {
            s_data,
            new Command("backup", "Copy the ledger into a new file, audited."),
            new Command("restore", "Replace the ledger of a stopped stack by a backup."),
            new Command("verify", "Check the ledger, or a backup, for consistency."),
            new Command("export", "Write the ledger as JSON lines."),
            new Command("import", "Fill an empty ledger from an export."),
            new Command("accounts", "List, show, add or close accounts, or set their limits."),
            new Command("checkpoint", "Move the write-ahead log into the database."),
        };

    public static int Run(string[] arguments)
    {
        var command = Create();
        if (arguments is [] or ["--help" or "-h" or "-?", ..])
        {
            new RootCommand { command }.Parse([Name, "--help"]).Invoke();
            return arguments.Length == 0 ? Exit.Misuse : Exit.Success;
        }

        var (data, others) = Arguments.Extract(s_data, arguments);
        if (others is not [var name, ..] || command.Subcommands.All(known => known.Name != name))
        {
            throw new UsageException("expected backup, restore, verify, export, import, accounts or checkpoint "
                + "(./rinha ledger --help)");
        }

        // Neither needs a stack.
        if (others.Any(argument => argument is "--help" or "-h" or "-?")
            || (name == "verify" && !others.Skip(1).All(argument => argument.StartsWith('-'))))
        {
            PublishServer();
            return Tool.Exec([Repository.Server, .. others]);
        }

        var isReading = others is ["backup" or "verify" or "export", ..] or ["accounts", "list" or "show", ..];
        var (server, url, ledger) = Find(RunningStacks.ChooseLedger(data, isChange: !isReading));
        Console.Error.WriteLine($"rinha: {ledger}");
        return Tool.Exec([server, .. others], (RunSettings.Ledger, url)); // No argument: it may hold a password.
    }

    private static void PublishServer() => new Publisher(Console.Error.WriteLine).Publish(Repository.Server);

    // The server's binary, the ledger's address, and the ledger in words. A stopped stack's ledger is the last one.
    private static (string Server, string Url, string Ledger) Find(DataDirectory data)
    {
        RunSettings.Load(data);
        var named = LedgerAddress.Parse(RunSettings.Get(RunSettings.Ledger));
        var stack = StackInstance.Read(data);
        PutBackLeft(data, stack);
        var state = stack?.State;
        var last = state?.Ledger ?? LastLedger.Read(data);
        if (named is not null && last is not null && !named.IsAt(last))
        {
            throw new UsageException($"the ledger of {data.FullPath} is {last}, but DATABASE_URL names {named}");
        }

        // Before its first start, a directory has the ledger of the stack that its settings name.
        var ledger = last ?? named?.ToString() ?? (
            StackLayout.Choose(RunSettings.Get(RunSettings.Stack) ?? StackLayout.DefaultName).HasPostgres
                ? data.Cluster
                : data.LedgerFile);
        var address = named?.Url ?? AddressOf(ledger, data, state);
        if (state is null)
        {
            PublishServer();
        }

        return (state?.Server ?? Repository.Server, address, $"ledger {ledger} "
            + $"of the {(state is null ? "stopped" : "running")} stack on {data.FullPath}");
    }

    // Puts back, as the next start would, the ledger that a killed start with --fresh has left under another name.
    private static void PutBackLeft(DataDirectory data, StackInstance? stack)
    {
        string[] own = [data.LedgerFile, data.Cluster];
        if (stack is { IsSupervised: true } || LastLedger.Read(data) is not { } last
            || Array.Find(own, ledger => FormerLedger.IsAside(ledger, last)) is not { } ledger)
        {
            return;
        }

        using var held = stack is null ? FileLock.TryTake(data.RunFile("lock")) : null;
        if (held is null)
        {
            throw new StackException($"a start on {data.FullPath} with --fresh goes on or was killed: "
                + $"try again, or ./rinha stop --data {data.FullPath}");
        }

        PublishServer();
        new FormerLedger(
            data, ledger, Repository.Server, new Packages(Console.Error.WriteLine), Console.Error.WriteLine)
            .PutBackLeft();
    }

    private static string AddressOf(string ledger, DataDirectory data, StackState? state) => state switch
    {
        _ when !Directory.Exists(data.FullPath) => throw new UsageException($"no directory {data.FullPath}"),
        { Layout.IsFloor: true } => throw new UsageException($"the stack has no ledger ({ledger})"),
        // The password is not kept.
        _ when ledger.Contains("://", StringComparison.Ordinal) => throw new UsageException(
            $"the ledger of {data.FullPath} is {ledger}: give its URL with the password again "
            + $"(DATABASE_URL=postgres://… ./rinha ledger …, or that line in {data.FullPath}/rinha.env)"),
        null when ledger == data.Cluster => throw new UsageException(
            $"the ledger of {data.FullPath} is in PostgreSQL, which is not running "
            + $"(./rinha run --stack nginx-postgres --data {data.FullPath})"),
        { Layout.HasPostgres: true } => $"postgres://rinha@/rinha?host={state.DatabaseSockets}",
        _ => ledger,
    };
}
