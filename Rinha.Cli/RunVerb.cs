using Rinha.Stack;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

/// <summary><c>run</c>: two API processes behind a proxy on one port, inside the contest's limits.</summary>
internal sealed class RunVerb
{
    private const int PortDefault = 9999;
    private const int TlsPortDefault = 9443;
    private const string FloorDefault = "mix";

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    private readonly Option<string> _data = new("--data")
    {
        Description = "Where the database, the logs and the state are (default: data).",
        DefaultValueFactory = _ => Repository.DefaultData,
    };

    private readonly Option<int> _port = Arguments.Port("--port", PortDefault, "Where the proxy listens");
    private readonly Option<string> _stack = Arguments.Stack();
    private readonly Option<string> _split = Arguments.Split();

    private readonly Option<bool> _fresh = new("--fresh")
    {
        Description = "Delete the stack's ledger first: DIR/rinha.db and its side files, or DIR/postgres.",
    };

    private readonly Option<bool> _limit = new("--limit")
    {
        Description = "nginx limits the requests and connections of each address (docs/open-network.md).",
    };

    private readonly Option<string?> _tls = new("--tls")
    {
        Description = "https with DIR/tls.crt and DIR/tls.key; http for this machine alone, and no POST /reset " +
            "unless RINHA_ENABLE_RESET=true.",
    };

    private readonly Option<int> _tlsPort = Arguments.Port("--tls-port", TlsPortDefault, "Where https is spoken");

    private readonly Option<bool> _noLimits = new("--no-limits")
    {
        Description = "Without cgroups; otherwise the split says how much CPU and memory each process gets.",
    };

    private readonly Option<bool> _detach = new("--detach")
    {
        Description = "In the background: returns once the stack answers, or with the reason why it does not.",
    };

    private readonly Option<string> _server = new("--server")
    {
        Description = "Another build of the server (default: this tree's, built when a source is newer).",
        DefaultValueFactory = _ => Repository.Server,
    };

    private readonly Option<string?> _floor = new("--floor")
    {
        Description = "Constant answers of nginx instead of the servers: mix (default), refused or statements.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command("run", "Run two API processes behind a proxy, inside the contest's limits.")
        {
            _data, _port, _stack, _split, _fresh, _limit, _tls, _tlsPort, _noLimits, _detach, _server, _floor,
        };
        _floor.AcceptOnlyFromAmong(FloorDefault, "refused", "statements");
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var isFloor = parsed.GetResult(_floor) is { Implicit: false };
        var options = new RunOptions
        {
            Data = new DataDirectory(parsed.GetRequiredValue(_data)),
            Layout = StackLayout.Choose(parsed.GetRequiredValue(_stack), parsed.GetRequiredValue(_split)),
            Port = parsed.GetValue(_port),
            Server = Path.GetFullPath(parsed.GetRequiredValue(_server)),
            IsFresh = parsed.GetValue(_fresh),
            HasLimits = !parsed.GetValue(_noLimits),
            Floor = isFloor ? parsed.GetValue(_floor) ?? FloorDefault : null,
            LimitsAddresses = parsed.GetValue(_limit),
            TlsDirectory = parsed.GetValue(_tls),
            TlsPort = parsed.GetValue(_tlsPort),
        };
        options.Check();
        var preparation = new StackPreparation(options, Console.WriteLine);
        preparation.GetPrograms();
        if (parsed.GetValue(_detach))
        {
            return Detach(options, preparation);
        }

        Supervise(options, preparation);
        Console.WriteLine($"stopped: {options.Data.FullPath}");
        return Exit.Success;
    }

    private static void Supervise(RunOptions options, StackPreparation preparation)
    {
        using var taken = preparation.TakeData();
        preparation.PrepareLedger();
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

    /// <summary>Runs the same without <c>--detach</c> in a session that outlives this one, until it answers.</summary>
    private static int Detach(RunOptions options, StackPreparation preparation)
    {
        // What can be refused is refused here, where it is read; the child then finds everything in place.
        using (preparation.TakeData())
        {
            preparation.PrepareLedger();
        }

        using var child = StartSession(options);
        while (!child.HasExited)
        {
            if (StackInstance.Read(options.Data) is { State.IsReady: true } stack
                && stack.State.Supervisor.Pid == child.Id)
            {
                foreach (var line in stack.Describe())
                {
                    Console.WriteLine(line);
                }

                return Exit.Success;
            }

            Thread.Sleep(s_poll);
        }

        Console.Error.WriteLine(options.Data.LastLineOf("supervisor"));
        return Exit.Failure;
    }

    private static Process StartSession(RunOptions options)
    {
        List<string> arguments =
        [
            "run", "--data", options.Data.FullPath, "--port", Text(options.Port), "--stack", options.Layout.Name,
            "--split", options.Layout.Split, "--server", options.Server,
        ];
        void Add(bool isGiven, params ReadOnlySpan<string> words)
        {
            if (isGiven)
            {
                arguments.AddRange(words);
            }
        }

        Add(!options.HasLimits, "--no-limits");
        Add(options.LimitsAddresses, "--limit");
        Add(options.TlsDirectory is not null, "--tls", options.TlsDirectory ?? "", "--tls-port", Text(options.TlsPort));
        Add(options.Floor is not null, "--floor", options.Floor ?? "");
        return Process.Start(
            "/bin/sh",
            [
                "-c", "log=$1; shift; exec setsid \"$@\" </dev/null >\"$log\" 2>&1", "sh",
                options.Data.LogOf("supervisor"), Environment.ProcessPath!, Environment.GetCommandLineArgs()[0],
                .. arguments,
            ]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
