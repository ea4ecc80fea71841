namespace Rinha.Stack.Databases;

/// <summary>
/// A PostgreSQL made, started, asked and ended by this program alone. It listens on a unix socket in a private
/// directory; a port of 127.0.0.1, for tests that cut connections, takes a password. Its settings, access rules and
/// role are in stacks/postgres/, for containers too.
/// </summary>
public sealed class PostgresCluster(PostgresPrograms programs, string directory, string sockets, int? port = null)
{
    private static readonly TimeSpan s_startFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_stopFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_killFor = TimeSpan.FromSeconds(3);

    private string PortText => $"{port ?? 5432}";

    /// <summary>
    /// Makes the database with the role rinha, unless it is there. It is made beside and moved into place, so that one
    /// that is there is whole.
    /// </summary>
    public void Create()
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        var beside = directory + ".new";
        if (Directory.Exists(beside))
        {
            Directory.Delete(beside, recursive: true);
        }

        Own(programs, beside);
        string[] flags = ["-D", beside, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
        programs.Run("initdb", flags).OrFail("initdb failed");
        // A server for one client, which needs no socket and ends with its input.
        programs.Run(
            "postgres",
            ["--single", "-D", beside, "-c", "exit_on_error=on", "postgres"],
            Repository.PathOf("stacks", "postgres", "rinha.sql")).OrFail("the role rinha could not be made");
        Directory.Move(beside, directory);
    }

    /// <summary>Puts the settings there: the user postgres may not be able to read the repository.</summary>
    public void Configure()
    {
        foreach (var file in (string[])["postgresql.conf", "pg_hba.conf"])
        {
            File.WriteAllText(
                Path.Combine(directory, file), File.ReadAllText(Repository.PathOf("stacks", "postgres", file)));
        }
    }

    /// <summary>Makes the directory of its socket, for its user alone.</summary>
    public void CreateSockets() => Own(programs, sockets);

    public Launch Launch()
    {
        string[] listening = port is null ? [] : ["-c", "listen_addresses=127.0.0.1", "-c", "port=" + PortText];
        return programs.Launch(
            "postgres", ["-D", directory, "-c", "unix_socket_directories=" + sockets, .. listening]);
    }

    /// <summary>
    /// Makes what is missing and starts it without a supervisor, with its log in the directory of its socket; returns
    /// once it answers.
    /// </summary>
    /// <param name="password">What rinha comes with over the port.</param>
    public void Start(string? password = null)
    {
        CreateSockets();
        Create();
        Configure();
        var log = Path.Combine(sockets, "log");
        var child = ChildProcess.Start(Launch(), log, []);
        if (!Poll.Until(s_startFor, () => Answers() || child.HasExited) || child.HasExited)
        {
            throw new StackException($"PostgreSQL does not start: {File.ReadLines(log).LastOrDefault()}");
        }

        if (password is not null)
        {
            var quoted = password.Replace("'", "''", StringComparison.Ordinal);
            Ask("-q", "-c", $"ALTER ROLE rinha PASSWORD '{quoted}'").OrFail("PostgreSQL takes no password");
        }
    }

    public bool Answers() =>
        programs.Run("pg_isready", ["-q", "-h", sockets, "-p", PortText, "-U", "postgres", "-d", "rinha"]).Succeeded;

    /// <summary>psql on the database rinha, as the superuser, without anybody's ~/.psqlrc.</summary>
    public ToolResult Ask(params IEnumerable<string> arguments) => programs.Run(
        "psql",
        ["-X", "-h", sockets, "-p", PortText, "-U", "postgres", "-d", "rinha", "-v", "ON_ERROR_STOP=1", .. arguments]);

    /// <summary>Ends it; an immediate end leaves what is in memory to the next start.</summary>
    public void Stop(bool isImmediate = false)
    {
        var file = ProcessTable.Lines(Path.Combine(directory, "postmaster.pid")).FirstOrDefault();
        // The file of a killed one may still be there, and its number be another process's.
        if (int.TryParse(file, out var pid) && ProcessesOf(directory).Contains(pid))
        {
            ProcessIdentity.Of(pid).Send(isImmediate ? Signal.Quit : Signal.Interrupt);
        }

        Poll.Until(s_stopFor, () => ProcessesOf(directory).Count == 0);
        Kill(directory);
    }

    /// <summary>
    /// The processes of the database in a directory. Each leads a session, and is left behind when the first is killed;
    /// what they have in common is where they work.
    /// </summary>
    public static IReadOnlyList<int> ProcessesOf(string directory) => ProcessTable.WorkingIn(directory);

    /// <summary>Kills them, and returns when none is left: until then no other can start there.</summary>
    public static void Kill(string directory)
    {
        Poll.Until(s_killFor, () =>
        {
            var processes = ProcessesOf(directory);
            ProcessTable.Kill(processes);
            return processes.Count == 0;
        });
    }

    // For the database's user alone. The directory above is there already.
    private static void Own(PostgresPrograms programs, string directory)
    {
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_000_000);
        if (Environment.IsPrivilegedProcess)
        {
            (UserAccount.Find("postgres") ?? throw new StackException("there is no user postgres")).Own(directory);
        }

        if (!programs.CanWrite(directory))
        {
            throw new StackException(
                $"the user postgres cannot reach {directory}: others may not pass through a directory above it");
        }
    }
}
