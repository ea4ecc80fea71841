namespace Rinha.Stack.Processes;

/// <summary>
/// A child process in its own session, so that Ctrl-C does not reach it and its workers can be found after its death.
/// It joins its cgroup before its program starts. Its files and its log are private to its user.
/// </summary>
public sealed class ChildProcess
{
    // $1 is the log, then the cgroup.procs files and, after --, the program.
    private const string Wrapper = """
        umask 077
        exec </dev/null >>"$1" 2>&1
        shift
        while [ "$1" != -- ]; do
          echo $$ >"$1" || { echo "cannot join the cgroup $1"; exit 125; }
          shift
        done
        shift
        exec setsid "$@"
        """;

    private static readonly string[] s_signals =
        "0 HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM".Split(' ');

    private readonly Process _process;

    private ChildProcess(Process process, ProcessIdentity identity)
    {
        _process = process;
        Identity = identity;
    }

    public ProcessIdentity Identity { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>After its exit; 128 plus the signal's number after a kill.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The exit status or signal as text.</summary>
    public string ExitText => ExitCode is > 128 and var status
        ? $"killed by SIG{s_signals.ElementAtOrDefault(status - 128) ?? $"{status - 128}"}"
        : $"exit status {ExitCode}";

    /// <summary>Returns whether it exits within the time.</summary>
    public bool WaitForExit(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Starts a process; its output is appended to <paramref name="log"/>.</summary>
    /// <param name="cgroups">The cgroup.procs files to join.</param>
    /// <param name="exited">Called on another thread after its exit.</param>
    public static ChildProcess Start(
        IReadOnlyList<string> command, string log, IEnumerable<string> cgroups, Action? exited = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Wrapper, "sh", log, .. cgroups, "--", .. command]);
        start.Environment["PATH"] = Tool.SearchPath;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => exited?.Invoke();
        process.Start();
        return new ChildProcess(process, ProcessIdentity.Of(process.Id));
    }
}
