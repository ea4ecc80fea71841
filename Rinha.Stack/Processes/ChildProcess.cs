namespace Rinha.Stack.Processes;

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

    /// <summary>Once it has ended: 128 and the signal's number when it was killed.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>How it ended, in words.</summary>
    public string ExitText => ExitCode is > 128 and var status
        ? $"killed by SIG{s_signals.ElementAtOrDefault(status - 128) ?? $"{status - 128}"}"
        : $"exit status {ExitCode}";

    /// <summary>Whether it ends within the time.</summary>
    public bool WaitForExit(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Starts a process; its output is appended to <paramref name="log"/>.</summary>
    /// <param name="cgroups">The cgroup.procs files that it enters first.</param>
    /// <param name="exited">Called on another thread when it has ended.</param>
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
