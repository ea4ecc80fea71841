using Rinha.Stack;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

// run: runs two API processes behind a proxy on one port, within the contest's limits.
internal static class RunVerb
{
    private const string FloorDefault = "mix";

    private static readonly Option<string> s_data = new("--data")
    {
        Description = "The directory of the database, logs and state.",
        DefaultValueFactory = _ => Repository.DefaultData,
    };

    private static readonly Option<int> s_port = Arguments.Port("--port", 9999, "The proxy's port");
    private static readonly Option<string> s_stack = Arguments.Stack();
    private static readonly Option<string> s_split = Arguments.Split();

    private static readonly Option<bool> s_fresh = Arguments.Flag(
        "--fresh", "Delete the ledger first: DIR/rinha.db and its side files, or DIR/postgres.");

    private static readonly Option<bool> s_limit = Arguments.Flag(
        "--limit", "Limit the requests and connections of each address in nginx (docs/open-network.md).");

    private static readonly Option<string?> s_tls = Arguments.Text(
        "--tls",
        "Serve https with DIR/tls.crt and DIR/tls.key, http for this machine only, and no POST /reset " +
        "unless RINHA_ENABLE_RESET=true.");

    private static readonly Option<int> s_tlsPort = Arguments.Port("--tls-port", 9443, "The https port");

    private static readonly Option<bool> s_noLimits = Arguments.Flag(
        "--no-limits", "Run without cgroups; by default each process has its limits from the split.");

    private static readonly Option<bool> s_detach = Arguments.Flag(
        "--detach", "Run in the background; return once the stack answers or has failed to start.");

    private static readonly Option<string> s_server = new("--server")
    {
        Description = "The server binary; this tree's is rebuilt if stale.",
        DefaultValueFactory = _ => Repository.Server,
    };

    private static readonly Option<string?> s_floor = new Option<string?>("--floor")
    {
        Description = "Constant answers from nginx instead of the servers: mix (default), refused or statements.",
        Arity = ArgumentArity.ZeroOrOne,
    }.AcceptOnlyFromAmong(FloorDefault, "refused", "statements");

    public static Command Create() => Arguments.Verb(
        "run", "Run two API processes behind a proxy, within the contest's limits.", Run, s_data, s_port, s_stack,
        s_split, s_fresh, s_limit, s_tls, s_tlsPort, s_noLimits, s_detach, s_server, s_floor);

    private static int Run(ParseResult parsed)
    {
        var isFloor = parsed.GetResult(s_floor) is { Implicit: false };
        var layout = StackLayout.Choose(parsed.GetRequiredValue(s_stack), parsed.GetRequiredValue(s_split));
        var options = new RunOptions(
            new DataDirectory(parsed.GetRequiredValue(s_data)),
            layout with { IsFloor = isFloor },
            parsed.GetValue(s_port),
            Path.GetFullPath(parsed.GetRequiredValue(s_server)),
            IsFresh: parsed.GetValue(s_fresh),
            HasLimits: !parsed.GetValue(s_noLimits),
            isFloor ? parsed.GetValue(s_floor) ?? FloorDefault : null,
            LimitsAddresses: parsed.GetValue(s_limit),
            parsed.GetValue(s_tls),
            parsed.GetValue(s_tlsPort));
        options.Check();
        var preparation = new StackPreparation(options, Console.WriteLine);
        preparation.InstallPrograms();
        using (var held = preparation.LockData())
        {
            preparation.PrepareLedger();
            if (!parsed.GetValue(s_detach))
            {
                Supervise(options);
                Console.WriteLine($"stopped: {options.Data.FullPath}");
                return Exit.Success;
            }
        }

        // Everything that can fail early has been checked in the foreground; the child finds it all prepared.
        return Detach(options.Data, parsed);
    }

    private static void Supervise(RunOptions options)
    {
        using var stop = new CancellationTokenSource();
        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        using var supervisor = new Supervisor(options, Console.WriteLine, stop.Token);
        supervisor.Run();
    }

    // Runs the same verb without --detach in its own session, and waits until the stack answers.
    private static int Detach(DataDirectory data, ParseResult parsed)
    {
        using var child = Process.Start(
            "/bin/sh",
            [
                "-c", "log=$1; shift; exec setsid \"$@\" </dev/null >\"$log\" 2>&1", "sh", data.LogOf("supervisor"),
                Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], "run",
                .. parsed.Given(
                    s_data, s_port, s_stack, s_split, s_limit, s_tls, s_tlsPort, s_noLimits, s_server, s_floor),
            ]);
        while (!child.HasExited)
        {
            if (StackInstance.Read(data) is { State.IsReady: true } stack && stack.State.Supervisor.Pid == child.Id)
            {
                foreach (var line in stack.Describe())
                {
                    Console.WriteLine(line);
                }

                return Exit.Success;
            }

            Thread.Sleep(10);
        }

        Console.Error.WriteLine(data.LastLineOf("supervisor"));
        return Exit.Failure;
    }
}
