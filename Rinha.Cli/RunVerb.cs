using Rinha.Stack;
using Rinha.Stack.Proxies;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

// run: runs two API processes behind a proxy on one port, within the contest's limits.
internal static class RunVerb
{
    private const string FloorDefault = "mix";
    private const string Off = "off";

    // The bare --metrics and --limit.
    private const string MetricsDefault = "9998";
    private const string LimitDefault = "100";
    private const int LimitMax = 100_000;

    private static readonly Option<string> s_data = new("--data")
    {
        Description = "The directory of ledger, logs, state and settings (rinha.env; default: RINHA_DATA, or data).",
        DefaultValueFactory = _ => Repository.DefaultData,
    };

    private static readonly Option<string?> s_host = Arguments.Text(
        "--host",
        "Listen on this address too, without POST /reset: 0.0.0.0 for IPv4's, :: for all (default: loopback only).");

    private static readonly Option<string?> s_port = Arguments.Text("--port", "The proxy's port (default: 9999).");
    private static readonly Option<string?> s_stack = Arguments.Text("--stack", Arguments.Stack().Description!);
    private static readonly Option<string> s_split = Arguments.Split();

    private static readonly Option<bool> s_fresh = Arguments.Flag(
        "--fresh",
        "Start with a new ledger; rename a used one to DIR/rinha.db.before-fresh-TIME, and delete the one before it.");

    private static readonly Option<string?> s_accounts = Arguments.Text(
        "--accounts", "A new ledger's accounts: contest (default), none, or a file of lines ID LIMIT.");

    private static readonly Option<string?> s_limit = WithDefault(
        "--limit", $"Limit each address, in nginx, to this many requests per second, or off (bare: {LimitDefault}).");

    private static readonly Option<string?> s_metrics = WithDefault(
        "--metrics", $"Serve the metrics of each API on this port of 127.0.0.1, or off (bare: {MetricsDefault}).");

    private static readonly Option<string?> s_tls = Arguments.Text(
        "--tls",
        "Serve https with DIR/tls.crt and DIR/tls.key, http for this machine only, and no POST /reset " +
        "unless RINHA_ENABLE_RESET=true.");

    private static readonly Option<string?> s_tlsPort = Arguments.Text("--tls-port", "The https port (default: 9443).");

    private static readonly Option<bool> s_noLimits = Arguments.Flag(
        "--no-limits", "Run without cgroups; by default each process has its limits from the split.");

    private static readonly Option<bool> s_detach = Arguments.Flag(
        "--detach", "Run in the background; return once the stack answers or has failed to start.");

    private static readonly Option<string> s_server = new("--server")
    {
        Description = "The server binary; this tree's is rebuilt if stale.",
        DefaultValueFactory = _ => Repository.Server,
    };

    private static readonly Option<string?> s_floor = WithDefault(
            "--floor", "Constant answers from nginx instead of the servers: mix (default), refused or statements.")
        .AcceptOnlyFromAmong(FloorDefault, "refused", "statements");

    public static Command Create() => Arguments.Verb(
        "run", "Run two API processes behind a proxy, within the contest's limits.", Run, s_data, s_host, s_port,
        s_stack, s_split, s_fresh, s_accounts, s_limit, s_metrics, s_tls, s_tlsPort, s_noLimits, s_detach, s_server,
        s_floor, Arguments.Yes);

    private static int Run(ParseResult parsed)
    {
        var data = new DataDirectory(parsed.GetRequiredValue(s_data));
        RunSettings.Load(data);
        var options = Read(parsed, data);
        options.Check();
        var packages = Arguments.Packages(parsed, Console.WriteLine);
        var preparation = new StackPreparation(options, packages, Console.WriteLine);
        preparation.InstallPrograms();
        using (var held = preparation.LockData())
        {
            if (!parsed.GetValue(s_detach))
            {
                options.Warnings.ToList().ForEach(Console.WriteLine);
                using var ledger = preparation.PrepareLedger();
                if (!ledger.IsNew && parsed.Given(s_accounts).Any())
                {
                    Console.WriteLine($"{s_accounts.Name} is ignored: the ledger has its accounts");
                }

                Supervise(options, options.Layout.IsFloor ? () => { } : ledger.Confirm);
                Console.WriteLine($"stopped: {options.Data.FullPath}");
                return Exit.Success;
            }
        }

        return Detach(options.Data, parsed);
    }

    private static RunOptions Read(ParseResult parsed, DataDirectory data)
    {
        var isFloor = Setting(parsed, s_floor, "").IsGiven;
        var ledger = isFloor ? null : LedgerAddress.Parse(RunSettings.Get(RunSettings.Ledger));
        // The servers inherit them.
        Environment.SetEnvironmentVariable(RunSettings.Ledger, ledger?.Url);
        Environment.SetEnvironmentVariable(RunSettings.Accounts, AccountsOf(parsed));
        var stack = Setting(parsed, s_stack, RunSettings.Stack).Text;
        var otherwise = ledger is { File: null } ? StackLayout.PostgresName : StackLayout.DefaultName;
        var layout = StackLayout.Choose(stack ?? otherwise, parsed.GetRequiredValue(s_split)) with
        {
            IsFloor = isFloor,
            IsDatabaseElsewhere = ledger is { File: null },
        };
        var tls = Setting(parsed, s_tls, RunSettings.TlsDirectory).Text;
        var includes = RunSettings.Get(RunSettings.NginxDirectory) ?? data.NginxDirectory;
        return new RunOptions(
            data,
            layout,
            IsStackNamed: stack is not null,
            ReadAccess(parsed, tls is not null, ledger is not null) with
            {
                Login = NginxDirective.LoginOf(NginxDirective.Read(includes)),
            },
            ledger,
            Path.GetFullPath(parsed.GetRequiredValue(s_server)),
            IsFresh: parsed.GetValue(s_fresh),
            HasLimits: !parsed.GetValue(s_noLimits),
            isFloor ? parsed.GetValue(s_floor) ?? FloorDefault : null,
            tls,
            includes);
    }

    private static StackAccess ReadAccess(ParseResult parsed, bool hasTls, bool hasOwnLedger)
    {
        var host = Setting(parsed, s_host, RunSettings.Host);
        var address = StackAccess.Resolve(host.Text ?? StackAccess.Loopback) ?? throw new UsageException(
            $"{host.Name}: expected an IP address or a name that resolves, not '{host.Text}'");
        var tlsPort = Setting(parsed, s_tlsPort, RunSettings.TlsPort);
        if (!hasTls && tlsPort.Text is not null)
        {
            throw new UsageException($"{tlsPort.Name} needs --tls or {RunSettings.TlsDirectory}");
        }

        // The contest needs POST /reset; a bank open to a network, or in a database of its user's, must not have it.
        var isContest = !hasTls && !hasOwnLedger && IPAddress.IsLoopback(address);
        var reset = RunSettings.Get(RunSettings.Reset) ?? (isContest ? "true" : "false");
        return new StackAccess(
            $"{address}",
            Setting(parsed, s_port, RunSettings.Port).Number(Arguments.PortMax) ?? 9999,
            hasTls ? tlsPort.Number(Arguments.PortMax) ?? 9443 : null,
            Setting(parsed, s_limit, RunSettings.Limit, LimitDefault).Number(LimitMax),
            Setting(parsed, s_metrics, RunSettings.MetricsPort, MetricsDefault).Number(Arguments.PortMax),
            bool.TryParse(reset, out var hasReset)
                ? hasReset
                : throw new UsageException($"{RunSettings.Reset}: must be true or false, not '{reset}'"));
    }

    // Contest, none or the absolute path of a file.
    private static string? AccountsOf(ParseResult parsed)
    {
        var (name, text) = Setting(parsed, s_accounts, RunSettings.Accounts);
        return text is null or "contest" or "none" ? text
            : File.Exists(text) ? Path.GetFullPath(text)
            : throw new UsageException($"{name}: must be contest, none or a file, not '{text}'");
    }

    private static Option<string?> WithDefault(string name, string help) =>
        new(name) { Description = help, Arity = ArgumentArity.ZeroOrOne };

    // A flag, else its variable. bare: the value of the flag without one.
    private static Choice Setting(ParseResult parsed, Option<string?> flag, string variable, string? bare = null) =>
        parsed.GetResult(flag) is { Implicit: false }
            ? new Choice(flag.Name, parsed.GetValue(flag) ?? bare)
            : new Choice(variable, RunSettings.Get(variable));

    private static void Supervise(RunOptions options, Action started)
    {
        using var stop = new CancellationTokenSource();
        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        // A closed terminal ends a stack in the foreground; a detached one goes on.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (!Console.IsInputRedirected)
            {
                stop.Cancel();
            }
        });
        new Supervisor(options, Console.WriteLine, started, stop.Token).Run();
    }

    // Runs the same verb without --detach in its own session, waits until the stack answers, and prints what it said.
    private static int Detach(DataDirectory data, ParseResult parsed)
    {
        using var child = Process.Start(
            "/bin/sh",
            [
                "-c", "log=$1; shift; exec setsid \"$@\" </dev/null >\"$log\" 2>&1", "sh", data.LogOf("supervisor"),
                Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], "run",
                .. parsed.Given(
                    s_data, s_host, s_port, s_stack, s_split, s_fresh, s_accounts, s_limit, s_metrics, s_tls, s_tlsPort,
                    s_noLimits, s_server, s_floor),
            ]);
        while (!child.HasExited)
        {
            if (StackInstance.Read(data) is { State.IsReady: true } stack && stack.State.Supervisor.Pid == child.Id)
            {
                Console.Write(File.ReadAllText(data.LogOf("supervisor")));
                return Exit.Success;
            }

            Thread.Sleep(10);
        }

        Console.Error.WriteLine(data.LastLineOf("supervisor"));
        return child.ExitCode == Exit.Misuse ? Exit.Misuse : Exit.Failure;
    }

    // A setting's text, and the flag or variable that it comes from; null when neither is given.
    private readonly record struct Choice(string Name, string? Text)
    {
        public bool IsGiven => Name.StartsWith('-');

        public int? Number(int max) => Text is null or Off ? null : Arguments.WholeNumber(Name, Text, 1, max);
    }
}
