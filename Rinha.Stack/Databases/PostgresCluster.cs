namespace Rinha.Stack.Databases;

/// <summary>
/// A private PostgreSQL: creates, configures, starts, queries and stops it. It listens on a unix socket only.
/// Containers share its settings, access rules and role, which are in stacks/postgres/.
/// </summary>
public sealed class PostgresCluster(PostgresPrograms programs, string directory, string sockets)
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Creates the cluster with the role and database rinha if it is missing. A staging directory is moved into place,
    /// so that an existing cluster is always complete.
    /// </summary>
    public void Create()
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        var staging = directory + ".new";
        Files.DeleteTrees(staging);
        CreateOwned(staging);
        string[] flags = ["-D", staging, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
        programs.Run("initdb", flags).OrThrow("initdb failed");
        // Single-user mode needs no socket and exits at the end of its input.
        programs.Run(
            "postgres",
            ["--single", "-D", staging, "-c", "exit_on_error=on", "postgres"],
            Repository.PathOf("stacks", "postgres", "rinha.sql")).OrThrow("creating the role rinha failed");
        Directory.Move(staging, directory);
    }

    /// <summary>Copies the settings, since the user postgres may not be able to read the repository.</summary>
    public void Configure()
    {
        foreach (var file in (string[])["postgresql.conf", "pg_hba.conf"])
        {
            File.WriteAllText(
                Path.Combine(directory, file), File.ReadAllText(Repository.PathOf("stacks", "postgres", file)));
        }
    }

    /// <summary>Creates the socket directory, accessible to the database's user only.</summary>
    public void CreateSockets() => CreateOwned(sockets);

    public IReadOnlyList<string> Command() =>
        programs.Command("postgres", "-D", directory, "-c", "unix_socket_directories=" + sockets);

    /// <summary>
    /// Creates what is missing and starts the server without a supervisor, with its log in the socket directory;
    /// returns once it answers.
    /// </summary>
    public void Start()
    {
        CreateSockets();
        Create();
        Configure();
        var log = Path.Combine(sockets, "log");
        var child = ChildProcess.Start(Command(), log, []);
        if (!Poll.Until(s_startTimeout, () => Answers() || child.HasExited) || child.HasExited)
        {
            throw new StackException($"PostgreSQL did not start: {File.ReadLines(log).LastOrDefault()}");
        }
    }

    public bool Answers() =>
        programs.Run("pg_isready", ["-q", "-h", sockets, "-U", "postgres", "-d", "rinha"]).Succeeded;

    /// <summary>Runs psql on the database rinha as the superuser, without ~/.psqlrc.</summary>
    public ToolResult Psql(params string[] arguments) => programs.Run(
        "psql", ["-X", "-h", sockets, "-U", "postgres", "-d", "rinha", "-v", "ON_ERROR_STOP=1", .. arguments]);

    /// <summary>Stops the server; after an immediate stop the next start has to recover.</summary>
    public void Stop(bool isImmediate = false)
    {
        var firstLine = ProcessTable.Lines(Path.Combine(directory, "postmaster.pid")).FirstOrDefault();
        // A killed server leaves the file behind, and its pid may be reused.
        if (int.TryParse(firstLine, out var pid) && ProcessesOf(directory).Contains(pid))
        {
            ProcessIdentity.Of(pid).Send(isImmediate ? Signal.Quit : Signal.Interrupt);
        }

        Poll.Until(s_stopTimeout, () => ProcessesOf(directory).Count == 0);
        ProcessTable.KillAll(() => ProcessesOf(directory));
    }

    /// <summary>
    /// The processes of the cluster in a directory. Each leads its own session and survives a killed postmaster, so
    /// they are found by working directory.
    /// </summary>
    public static IReadOnlyList<int> ProcessesOf(string directory) => ProcessTable.WorkingIn(directory);

    // A directory for the database's user only. Its parent must exist.
    private static void CreateOwned(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_000_000);
        PostgresPrograms.User.Chown(path);
        if (!Tool.Run([.. PostgresPrograms.User.AsUser, "test", "-w", path]).Succeeded)
        {
            throw new StackException(
                $"the user postgres cannot reach {path}: a parent directory denies access");
        }
    }
}
