namespace Rinha.Chaos.UnderTest;

/// <summary>One of the bank's processes, which the campaign may start, kill and start again.</summary>
/// <param name="name"><c>api01</c>, <c>api02</c>, <c>nginx</c> or <c>db</c>.</param>
internal sealed class BankProcess(
    ChaosSetting setting, string name, string logPath, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(60);

    private Process? _process;

    public string Name => name;

    /// <summary>Its number; it leads a session and a process group of the same number.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Whether it is alive (a stopped one is).</summary>
    public bool IsAlive => _process is { HasExited: false };

    /// <summary>What it has said so far, over all its lives.</summary>
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : "";

    public void Start(params IReadOnlyList<string> arguments)
    {
        _process?.Dispose();
        const string appendToLog = "exec \"$@\" >>\"$0\" 2>&1 </dev/null";
        var start = new ProcessStartInfo("/bin/sh", ["-c", appendToLog, logPath, setting.Launcher, name, .. arguments])
        {
            RedirectStandardInput = true,
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Sends it, and whatever it has started, a signal.</summary>
    public void Signal(int signal)
    {
        if (IsAlive)
        {
            Signals.SendToGroup(ProcessId, signal);
        }
    }

    /// <summary>Ends it at once and waits for that.</summary>
    public void Kill()
    {
        Signal(Signals.Kill);
        _ = WaitForEnd(s_endPatience, out _);
    }

    /// <param name="exitCode">128 and the signal's number when it was killed.</param>
    public bool WaitForEnd(TimeSpan patience, out int exitCode)
    {
        exitCode = 0;
        if (_process is null)
        {
            return true;
        }

        if (!_process.WaitForExit(patience))
        {
            return false;
        }

        exitCode = _process.ExitCode;
        return true;
    }

    /// <summary>The processes that its first one has started: nginx's workers.</summary>
    public string[] Children() => File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How many file descriptors it has open.</summary>
    public int Descriptors() => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    /// <summary>
    /// Its resident bytes (proc_pid_statm(5)), with or without those of files: a mapped ledger that grows is no memory
    /// lost.
    /// </summary>
    public (long All, long Own) ResidentBytes()
    {
        var pages = File.ReadAllText($"/proc/{ProcessId}/statm").Split(' ')
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture) * Environment.SystemPageSize).ToList();
        return (pages[1], pages[1] - pages[2]);
    }

    public void Dispose()
    {
        Kill();
        _process?.Dispose();
    }
}

/// <summary>Sends signals to a process group (kill(2)).</summary>
internal static partial class Signals
{
    public const int Hangup = 1; // nginx reads its configuration again
    public const int Interrupt = 2; // PostgreSQL ends everybody's work and ends
    public const int Kill = 9;
    public const int Terminate = 15; // finish what is under way and end
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int processId, int signal) => _ = SendTo(processId, signal);

    /// <summary>Sends a signal to the process and those it has started: nginx's workers, too.</summary>
    public static void SendToGroup(int processId, int signal) => _ = SendTo(-processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendTo(int processId, int signal);
}

/// <summary>What the kernel counts as a process's memory, and how much it may be (cgroup v1 or v2).</summary>
/// <param name="PeakBytes">The most there was since it was started; 0 where the kernel does not say.</param>
/// <param name="LimitBytes">The most there may be; 0 where there is no limit.</param>
internal readonly record struct MemoryLimit(long PeakBytes, long LimitBytes)
{
    private const string Root = "/sys/fs/cgroup";

    public static MemoryLimit Of(int processId)
    {
        foreach (var line in File.ReadLines($"/proc/{processId}/cgroup"))
        {
            if (line.Split(':') is [_, var controllers, var path])
            {
                var isVersion2 = controllers.Length == 0 && File.Exists($"{Root}/cgroup.controllers");
                if (isVersion2)
                {
                    return new MemoryLimit(Read($"{Root}{path}/memory.peak"), Read($"{Root}{path}/memory.max"));
                }

                if (controllers == "memory")
                {
                    var directory = $"{Root}/memory{path}";
                    return new MemoryLimit(
                        Read($"{directory}/memory.max_usage_in_bytes"), Read($"{directory}/memory.limit_in_bytes"));
                }
            }
        }

        return default;
    }

    private static long Read(string file) =>
        File.Exists(file) && long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var bytes)
            && bytes < long.MaxValue / 2
            ? bytes
            : 0;
}

/// <summary>Programs of the system that do what no library call does on every platform: mount, chown, chmod.</summary>
internal static class Command
{
    public static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
