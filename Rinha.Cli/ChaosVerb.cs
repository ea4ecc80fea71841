using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Proxies;

namespace Rinha.Cli;

/// <summary><c>chaos</c>: faults, power loss and bad input against a stack of its own.</summary>
internal static class ChaosVerb
{
    private static readonly Option<string[]> s_only = new("--only")
    {
        Description = "This campaign only (more than once: these).",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<int> s_port = Arguments.Port("--port", 9998, "Where its nginx listens");

    private static readonly Option<bool> s_noLimits = Arguments.Flag(
        "--no-limits", "Without cgroups; otherwise .env says how much CPU and memory each process gets.");

    // The campaigns' own: checked here, before anything is built, and handed on as they are.
    private static readonly Option[] s_campaigns =
    [
        Arguments.Flag("--short", "The campaigns of continuous integration, under 8 minutes."),
        s_only,
        Arguments.Number("--seed", 1, 0, int.MaxValue, "The same seed, the same decisions"),
        Arguments.Number("--soak-minutes", 30, 1, 24 * 60, "How long the soak takes"),
    ];

    public static Command Create() => Arguments.Verb(
        "chaos",
        "Make faults happen to a stack of its own: what must hold then, holds. Exit status 1 when not.",
        Run,
        [.. s_campaigns, s_port, s_noLimits]);

    private static int Run(ParseResult parsed)
    {
        // The campaigns on PostgreSQL have it in their names.
        var only = parsed.GetRequiredValue(s_only);
        var hasPostgres = only.Length == 0 || only.Any(name => name.StartsWith("pg-", StringComparison.Ordinal));
        var packages = new Packages(Console.Error.WriteLine);
        packages.Need("setpriv", "util-linux");
        packages.Need("nginx", "nginx-light", "nginx");
        packages.NeedLinker();
        var postgres = hasPostgres ? PostgresPrograms.Need(packages) : null;
        var publisher = new Publisher(Console.Error.WriteLine);
        publisher.Publish(Repository.Server);
        publisher.Publish(Repository.Chaos);

        // On the disk that the repository is on, as ./data would be.
        var work = Repository.PathOf("artifacts", "chaos");
        Files.DeleteTrees(work);
        Directory.CreateDirectory(work);
        var setting = new ChaosSetting(work, parsed.GetValue(s_port), postgres, !parsed.GetValue(s_noLimits));
        using var cleanUp = new CleanUp(setting.Remove);
        return Foreground.Run([Repository.Chaos, .. setting.Prepare(), .. parsed.Given(s_campaigns)]);
    }
}

/// <summary>The sockets, cgroups and configurations of a chaos run.</summary>
internal sealed class ChaosSetting(string work, int port, PostgresPrograms? postgres, bool hasLimits)
{
    private readonly string _sockets = RunningStacks.CreateSockets(new DataDirectory(work));

    private readonly StackCgroup? _cgroup =
        hasLimits ? StackCgroup.Locate($"rinha-chaos-{Environment.ProcessId}") : null;

    private string DatabaseSockets => _sockets + "-db";

    private string Template => Path.Combine(work, "cluster");

    private string InSockets(string name) => Path.Combine(_sockets, name);

    /// <summary>Makes everything, and returns the campaigns' flags that say where it is.</summary>
    public IEnumerable<string> Prepare()
    {
        if (_cgroup is null)
        {
            Console.Error.WriteLine("NO LIMIT is in force");
        }
        else
        {
            CreateCgroups("", StackLayout.Choose());
        }

        File.WriteAllText(
            InSockets("nginx.conf"), new NginxConfiguration(_sockets, port).Render(Nginx.Template));
        Tool.Run(
        [
            Tool.Find("gcc") is null ? "clang" : "gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
            InSockets("faults.so"), .. Directory.GetFiles(Repository.PathOf("scripts", "faults"), "*.c"), "-ldl",
        ]).OrFail("the fault library does not compile");
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

    /// <summary>Ends what is left of the run, and takes all of it away.</summary>
    public void Remove()
    {
        // Interrupted, it leaves processes behind, each the leader of a group. All of them know the sockets' directory,
        // but for PostgreSQL's, which work in ours.
        ProcessTable.Kill(ProcessTable.Mentioning(_sockets)
            .SelectMany(pid => ProcessTable.SessionOf(ProcessIdentity.Of(pid)).Append(pid))
            .Where(pid => pid != Environment.ProcessId));
        ProcessTable.Kill(ProcessTable.WorkingBelow(work));
        _ = _cgroup?.TryRemove();
        Files.DeleteTrees(_sockets, DatabaseSockets, Template);
        if (!Directory.EnumerateFileSystemEntries(work).Any())
        {
            Directory.Delete(work);
        }
    }

    // A cluster that has never run, for each campaign to copy. Its socket is in a directory of its user's.
    private void PreparePostgres(PostgresPrograms programs)
    {
        if (_cgroup is not null)
        {
            CreateCgroups("postgres-", StackLayout.Choose("nginx-postgres"));
        }

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
            if (!_cgroup!.TryCreate(prefix + name, limit))
            {
                throw new StackException($"no cgroup for {name} (--no-limits goes without)");
            }
        }
    }
}
