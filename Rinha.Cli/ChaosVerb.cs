using Rinha.Cli.Mutants;
using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Proxies;

namespace Rinha.Cli;

// chaos: runs fault, power-loss and bad-input campaigns against a separate stack.
internal static class ChaosVerb
{
    private static readonly Option<string[]> s_only = new("--only")
    {
        Description = "Run only this campaign or mutant, or several, as by 'pg-*'; repeatable.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> s_except = new("--except")
    {
        Description = "Leave out this campaign or mutant, or several; repeatable.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> s_port = Arguments.Port("--port", 9998, "The port of the stack's nginx");

    private static readonly Option<bool> s_noLimits = Arguments.Flag(
        "--no-limits", "Run without cgroups; by default each process has its limits from the split.");

    private static readonly Option<bool> s_mutants = Arguments.Flag(
        "--mutants", "Instead, run wrong versions of the server, each with a test, load or campaign that must fail.");

    private static readonly Option<bool> s_short = Arguments.Flag(
        "--short", "Run the short campaigns, or ten mutants, as CI does.");

    // Validated here, before anything is built, and passed on unchanged.
    private static readonly Option[] s_campaigns =
    [
        s_short,
        s_only,
        s_except,
        Arguments.Number("--seed", 1, 0, int.MaxValue, "The seed of every random decision"),
        Arguments.Number("--soak-minutes", 30, 1, 24 * 60, "The length of the soak"),
    ];

    public static Command Create() => Arguments.Verb(
        "chaos",
        "Inject faults into a separate stack and check what must hold. Exit status 1 on a violation.",
        Run,
        [.. s_campaigns, s_mutants, s_port, s_noLimits, Arguments.Yes]);

    private static int RunMutants(ParseResult parsed)
    {
        Option[] used = [s_mutants, s_short, s_only, s_except, Arguments.Yes];
        return parsed.Given([.. s_campaigns.Except(used), s_port, s_noLimits]).FirstOrDefault() is { } unused
            ? throw new UsageException($"{unused} has no effect on --mutants")
            : new MutantsRun(
                parsed.GetRequiredValue(s_only),
                parsed.GetRequiredValue(s_except),
                parsed.GetValue(s_short),
                parsed.GetValue(Arguments.Yes)).Run();
    }

    private static int Run(ParseResult parsed)
    {
        // Campaigns on PostgreSQL start with pg- or failover-, those behind nginx-stream with stream-.
        var only = parsed.GetRequiredValue(s_only);
        if (parsed.GetValue(s_mutants))
        {
            return RunMutants(parsed);
        }

        bool Has(string prefix) => only.Length == 0 || only.Any(name =>
            name.StartsWith(prefix, StringComparison.Ordinal)
            || (name.Contains('*') && prefix.StartsWith(name[..name.IndexOf('*')], StringComparison.Ordinal)));
        var packages = Arguments.Packages(parsed, Console.Error.WriteLine);
        packages.Require("setpriv", "util-linux");
        Proxy proxy = Has("stream-") ? new NginxLayer4() : new Nginx();
        proxy.Require(packages);
        packages.RequireLinker();
        var postgres = Has("pg-") || Has("failover-") ? PostgresPrograms.Require(packages) : null;
        var publisher = new Publisher(Console.Error.WriteLine, packages);
        publisher.Publish(Repository.Server);
        publisher.Publish(Repository.Chaos);

        // On the repository's disk, like ./data; runs on two ports do not meet.
        var port = parsed.GetValue(s_port);
        var work = Repository.PathOf("artifacts", "chaos", $"{port}");
        Files.DeleteTrees(work);
        Directory.CreateDirectory(work);
        var environment = new ChaosEnvironment(
            work, port, postgres, proxy.IsLayer4, !parsed.GetValue(s_noLimits));
        using var cleanUp = new CleanUp(environment.TearDown);
        var given = parsed.Given([.. s_campaigns, Arguments.Yes]);
        return Foreground.Run([Repository.Chaos, .. environment.Prepare(), .. given]);
    }
}

// Creates the sockets, cgroups and configurations of a chaos run, and removes them.
internal sealed class ChaosEnvironment(
    string work, int port, PostgresPrograms? postgres, bool hasLayer4, bool hasLimits)
{
    private readonly string _sockets = RunningStacks.CreateSockets(new DataDirectory(work));

    private readonly StackCgroup? _cgroup =
        hasLimits ? StackCgroup.Locate($"rinha-chaos-{Environment.ProcessId}") : null;

    private string DatabaseSockets => _sockets + "-db";

    private string Template => Path.Combine(work, "cluster");

    private string InSockets(string name) => Path.Combine(_sockets, name);

    // Returns the flags that tell the campaigns where everything is.
    public IEnumerable<string> Prepare()
    {
        if (_cgroup is null)
        {
            Console.Error.WriteLine("NO LIMIT is in force");
        }

        CreateCgroups("", StackLayout.Choose());

        var configuration = new NginxConfiguration(_sockets, new StackAccess(StackAccess.Loopback, port));
        File.WriteAllText(InSockets("nginx.conf"), configuration.Render(Nginx.Template));
        if (hasLayer4)
        {
            CreateCgroups("stream-", StackLayout.Choose("nginx-stream"));
            File.WriteAllText(InSockets("stream.conf"), configuration.Render(NginxLayer4.Template));
        }

        Tool.Run(
        [
            Tool.Find("gcc") is null ? "clang" : "gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
            InSockets("faults.so"), .. Directory.GetFiles(Repository.PathOf("scripts", "faults"), "*.c"), "-ldl",
        ]).OrThrow("compiling the fault library failed");
        if (postgres is not null)
        {
            PreparePostgres(postgres);
        }

        return
        [
            "--sockets", _sockets, "--directory", work, "--port", $"{port}",
            .. _cgroup is null ? (string[])[] : ["--cgroup", _cgroup.Name],
        ];
    }

    // Kills what is left of the run and deletes its files.
    public void TearDown()
    {
        // An interrupted run leaves session leaders behind. All mention the socket directory, except PostgreSQL's
        // processes, whose working directory is below this run's.
        ProcessTable.Kill(ProcessTable.Mentioning(_sockets)
            .SelectMany(pid => ProcessTable.SessionOf(ProcessIdentity.Of(pid)).Append(pid))
            .Where(pid => pid != Environment.ProcessId));
        ProcessTable.Kill(ProcessTable.WorkingBelow(work));
        foreach (var disk in File.ReadLines("/proc/mounts").Select(line => line.Split(' ')[1])
            .Where(path => path.StartsWith(work + "/", StringComparison.Ordinal)).ToList())
        {
            Tool.Run(["umount", "--lazy", disk]);
        }

        _ = _cgroup?.TryRemove();
        Files.DeleteTrees(_sockets, DatabaseSockets, Template);
        if (!Directory.EnumerateFileSystemEntries(work).Any())
        {
            Directory.Delete(work);
        }
    }

    // A template cluster that never runs; each campaign copies it. Its user owns the socket directory.
    private void PreparePostgres(PostgresPrograms programs)
    {
        CreateCgroups("postgres-", StackLayout.Choose("nginx-postgres"));

        var cluster = new PostgresCluster(programs, Template, DatabaseSockets);
        cluster.CreateSockets();
        cluster.Create();
        cluster.Configure();
    }

    private void CreateCgroups(string prefix, StackLayout layout)
    {
        var limits = layout.ReadLimits();
        layout.CheckLimits(limits);
        foreach (var (name, limit) in limits)
        {
            if (_cgroup is not null && !_cgroup.TryCreate(prefix + name, limit))
            {
                throw new StackException($"cannot create a cgroup for {name} (--no-limits runs without)");
            }
        }
    }
}
