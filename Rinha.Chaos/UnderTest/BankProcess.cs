namespace Rinha.Chaos.UnderTest;

/// <summary>One of the bank's processes, which the campaign may start, kill and start again.</summary>
/// <param name="name"><c>api01</c>, <c>api02</c>, <c>nginx</c> or <c>db</c>.</param>
internal sealed partial class BankProcess(
    ChaosSetting setting, string name, string logPath, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private Process? _process;

    public string Name => name;
    public int ProcessId => _process!.Id; // It leads a session and a process group of the same number.

    /// <summary>Whether it is alive (a stopped one is).</summary>
    public bool IsAlive => _process is { HasExited: false };

    /// <summary>What it has said so far, over all its lives.</summary>
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : "";

    /// <summary>The processes that it has started: nginx's workers.</summary>
    public string[] Children => File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    /// <summary>Its resident bytes (proc_pid_statm(5)), with or without those of files: a mapped ledger that grows is
    /// no memory lost.</summary>
    public (long All, long Own) ResidentBytes
    {
        get
        {
            var pages = File.ReadAllText($"/proc/{ProcessId}/statm").Split(' ')
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture) * Environment.SystemPageSize).ToList();
            return (pages[1], pages[1] - pages[2]);
        }
    }

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

    /// <summary>Sends a signal to it and whatever it has started.</summary>
    public void Signal(Signal signal)
    {
        if (IsAlive)
        {
            _ = SendTo(-ProcessId, (int)signal);
        }
    }

    public void Kill()
    {
        Signal(Stack.Processes.Signal.Kill);
        _ = WaitForEnd(out _);
    }

    /// <param name="exitCode">128 and the signal's number when it was killed.</param>
    public bool WaitForEnd(out int exitCode)
    {
        exitCode = 0;
        if (_process is null)
        {
            return true;
        }

        var hasEnded = _process.WaitForExit(Bank.Patience);
        exitCode = hasEnded ? _process.ExitCode : 0;
        return hasEnded;
    }

    public void Dispose()
    {
        Kill();
        _process?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendTo(int processId, int signal);
}
