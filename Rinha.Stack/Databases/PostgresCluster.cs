namespace Rinha.Stack.Databases;

/// <summary>
/// A PostgreSQL made, started, asked and ended by this program alone. It listens on a unix socket in a private
/// directory. Its settings, access rules and role are in stacks/postgres/, for containers too.
/// </summary>
public sealed class PostgresCluster(PostgresPrograms programs, string directory, string sockets)
{
    private static readonly TimeSpan s_startFor = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_stopFor = TimeSpan.FromSeconds(15);

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
        Files.DeleteTrees(beside);
        Own(beside);
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
    public void CreateSockets() => Own(sockets);

    public IReadOnlyList<string> Command() =>
        programs.Command("postgres", "-D", directory, "-c", "unix_socket_directories=" + sockets);

    /// <summary>
    /// Makes what is missing and starts it without a supervisor, with its log in the directory of its socket; returns
    /// once it answers.
    /// </summary>
    public void Start()
    {
        CreateSockets();
        Create();
        Configure();
        var log = Path.Combine(sockets, "log");
        var child = ChildProcess.Start(Command(), log, []);
        if (!Poll.Until(s_startFor, () => Answers() || child.HasExited) || child.HasExited)
        {
            throw new StackException($"PostgreSQL does not start: {File.ReadLines(log).LastOrDefault()}");
        }
    }

    public bool Answers() =>
        programs.Run("pg_isready", ["-q", "-h", sockets, "-U", "postgres", "-d", "rinha"]).Succeeded;

    /// <summary>psql on the database rinha, as the superuser, without anybody's ~/.psqlrc.</summary>
    public ToolResult Ask(params string[] arguments) => programs.Run(
        "psql", ["-X", "-h", sockets, "-U", "postgres", "-d", "rinha", "-v", "ON_ERROR_STOP=1", .. arguments]);

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
        ProcessTable.KillAll(() => ProcessesOf(directory));
    }

    /// <summary>
    /// The processes of the database in a directory. Each leads a session, and is left behind when the first is killed;
    /// what they have in common is where they work.
    /// </summary>
    public static IReadOnlyList<int> ProcessesOf(string directory) => ProcessTable.WorkingIn(directory);

    // For the database's user alone. The directory above is there already.
    private static void Own(string place)
    {
        Directory.CreateDirectory(place);
        File.SetUnixFileMode(place, (UnixFileMode)0b111_000_000);
        PostgresPrograms.User.Own(place);
        if (!Tool.Run([.. PostgresPrograms.User.AsUser, "test", "-w", place]).Succeeded)
        {
            throw new StackException(
                $"the user postgres cannot reach {place}: others may not pass through a directory above it");
        }
    }
}
