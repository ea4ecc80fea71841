using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Proxies;

namespace Rinha.Cli;

/// <summary><c>chaos</c>: faults, power loss and bad input against a stack of its own.</summary>
internal sealed class ChaosVerb
{
    private readonly Option<bool> _short = new("--short")
    {
        Description = "The campaigns of continuous integration, under 8 minutes.",
    };

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "This campaign only (more than once: these).",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> _seed = Arguments.Number(
        "--seed", 1, 0, int.MaxValue, "The same seed, the same decisions");

    private readonly Option<int> _soakMinutes = Arguments.Number(
        "--soak-minutes", 30, 1, 24 * 60, "How long the soak takes");

    private readonly Option<int> _port = Arguments.Port("--port", 9998, "Where its nginx listens");

    private readonly Option<bool> _noLimits = new("--no-limits")
    {
        Description = "Without cgroups; otherwise .env says how much CPU and memory each process gets.",
    };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command(
            "chaos", "Make faults happen to a stack of its own: what must hold then, holds. Exit status 1 when not.")
        { _short, _only, _seed, _soakMinutes, _port, _noLimits };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var only = parsed.GetRequiredValue(_only);
        List<string> campaigns =
        [
            "--seed", Text(parsed.GetValue(_seed)), "--soak-minutes", Text(parsed.GetValue(_soakMinutes)),
            .. only.SelectMany(name => (string[])["--only", name]),
        ];
        campaigns.AddRange(parsed.GetValue(_short) ? ["--short"] : []);

        // The campaigns on PostgreSQL have it in their names.
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
        if (Directory.Exists(work))
        {
            Directory.Delete(work, recursive: true);
        }

        Directory.CreateDirectory(work);
        var setting = new ChaosSetting(work, parsed.GetValue(_port), postgres, !parsed.GetValue(_noLimits));
        using var cleanUp = new CleanUp(setting.Remove);
        return Foreground.Run([Repository.Chaos, .. setting.Prepare(), .. campaigns]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The sockets, cgroups, configurations and the launcher of a chaos run.</summary>
internal sealed class ChaosSetting(string work, int port, PostgresPrograms? postgres, bool hasLimits)
{
    private readonly string _sockets = RunningStacks.CreateSockets(new DataDirectory(work));

    private StackCgroup? _cgroup;

    private string DatabaseSockets => _sockets + "-db";

    private string InSockets(string name) => Path.Combine(_sockets, name);

    /// <summary>Makes everything, and returns the campaigns' flags that say where it is.</summary>
    public IEnumerable<string> Prepare()
    {
        CreateCgroups();
        var configuration = new NginxConfiguration(_sockets, port).Render(Nginx.Template);
        File.WriteAllText(InSockets("nginx.conf"), configuration);
        WriteLauncher();
        CompileFaults();
        if (postgres is not null)
        {
            // A cluster that has never run, for each campaign to copy. Its socket is in a directory of its user's.
            var template = Path.Combine(work, "cluster");
            var made = new PostgresCluster(postgres, template, DatabaseSockets);
            made.CreateSockets();
            made.Create();
            made.Configure();
        }

        return
        [
            "--sockets", _sockets, "--directory", work, "--port", port.ToString(CultureInfo.InvariantCulture),
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
        foreach (var directory in (string[])[_sockets, DatabaseSockets, Path.Combine(work, "cluster")])
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        if (!Directory.EnumerateFileSystemEntries(work).Any())
        {
            Directory.Delete(work);
        }
    }

    private void CreateCgroups()
    {
        _cgroup = hasLimits ? StackCgroup.Locate($"rinha-chaos-{Environment.ProcessId}") : null;
        if (_cgroup is null)
        {
            Console.Error.WriteLine("NO LIMIT is in force");
            return;
        }

        CreateCgroups("", StackLayout.Choose());
        if (postgres is not null)
        {
            CreateCgroups("postgres-", StackLayout.Choose("nginx-postgres"));
        }
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

    // What becomes each of the processes: inside its cgroup (LIMITS_OF says of which stack), and as the supervisor
    // would start it. The fault library is for the server alone, not for what starts it.
    private void WriteLauncher()
    {
        var isRoot = Environment.IsPrivilegedProcess;
        string[] identity = isRoot ? ["setpriv", $"--regid={UserAccount.Proxy.GroupId}", "--keep-groups"] : [];
        List<string> lines = ["#!/bin/sh", "name=$1; shift", $"export PATH={Quote(Tool.SearchPath)}"];
        lines.AddRange((_cgroup?.Directories ?? []).Select(
            directory => $"echo $$ >\"{directory}/$LIMITS_OF$name/cgroup.procs\" || exit 1"));
        lines.Add("umask 077");
        lines.Add($"[ \"$name\" != nginx ] || exec setsid {Quote(Nginx.Run(_sockets, InSockets("nginx.conf")))}");
        if (postgres is not null)
        {
            lines.Add($"[ \"$name\" != db ] || exec env -i LC_ALL=C PATH=\"$PATH\" setsid " +
                $"{Quote(postgres.Launch("postgres", []))} \"$@\"");
        }

        lines.Add($"exec setsid {Quote([.. identity])} env \"API_SOCKET={_sockets}/$name.sock\" " +
            $"API_SOCKET_MODE={(isRoot ? "0660" : "0600")} ${{FAULT_LIBRARY:+LD_PRELOAD=\"$FAULT_LIBRARY\"}} " +
            $"{Quote(Repository.Server)} \"$@\"");
        File.WriteAllLines(InSockets("launch"), lines);
        File.SetUnixFileMode(InSockets("launch"), (UnixFileMode)0b111_101_101);
    }

    private void CompileFaults()
    {
        var sources = Directory.GetFiles(Repository.PathOf("scripts", "faults"), "*.c");
        var result = Tool.Run(
        [
            Tool.Find("gcc") is null ? "clang" : "gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
            InSockets("faults.so"), .. sources, "-ldl",
        ]);
        if (!result.Succeeded)
        {
            throw new StackException($"the fault library does not compile: {result.LastLine}");
        }
    }

    private static string Quote(Launch launch) => Quote([.. launch.Arguments]);

    private static string Quote(params ReadOnlySpan<string> words) => string.Join(
        ' ', [.. words.ToArray().Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'")]);
}
