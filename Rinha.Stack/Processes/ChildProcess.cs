namespace Rinha.Stack.Processes;

/// <summary>How a process of a stack is started.</summary>
/// <param name="Arguments">The program and its arguments.</param>
public sealed record Launch(IReadOnlyList<string> Arguments)
{
    /// <summary>Variables beside this process's own; all it gets when <see cref="IsEnvironmentClean"/>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it gets none of this process's variables.</summary>
    public bool IsEnvironmentClean { get; init; }
}

/// <summary>
/// A child in a session of its own: Ctrl-C does not reach it, and its workers can be found when it is dead. It is in
/// its cgroup before its program begins, and its files are closed to other users.
/// </summary>
public sealed class ChildProcess
{
    // $1 is the log, then come the cgroups' files and, after --, the program. The log keeps the caller's umask.
    private const string Wrapper = """
        exec </dev/null >>"$1" 2>&1
        shift
        while [ "$1" != -- ]; do
          echo $$ >"$1" || { echo "no place in the cgroup $1"; exit 125; }
          shift
        done
        shift
        umask 077
        exec setsid "$@"
        """;

    private readonly Process _process;

    private ChildProcess(Process process, ProcessIdentity identity)
    {
        _process = process;
        Identity = identity;
    }

    /// <summary>Which process it is.</summary>
    public ProcessIdentity Identity { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>How it ended, in words.</summary>
    public string ExitText => Describe(_process.ExitCode);

    /// <summary>Starts a process.</summary>
    /// <param name="launch">The program.</param>
    /// <param name="log">Where its output is appended.</param>
    /// <param name="cgroups">The cgroup.procs files that it enters first.</param>
    /// <param name="exited">Called on another thread when it has ended.</param>
    public static ChildProcess Start(Launch launch, string log, IEnumerable<string> cgroups, Action? exited = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Wrapper, "sh", log, .. cgroups, "--", .. launch.Arguments]);
        if (launch.IsEnvironmentClean)
        {
            start.Environment.Clear();
        }

        start.Environment["PATH"] = Tool.SearchPath;
        foreach (var (name, value) in launch.Environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => exited?.Invoke();
        process.Start();
        return new ChildProcess(process, ProcessIdentity.Of(process.Id));
    }

    // .NET reports a death by signal N as 128 + N.
    private static string Describe(int status) => status > 128
        ? $"killed by {NameOf(status - 128)}"
        : $"exit status {status}";

    private static string NameOf(int signal) => signal switch
    {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => $"signal {signal}",
    };
}
