namespace Rinha.Chaos.UnderTest;

internal sealed partial class BankProcess(
    ChaosSetting setting, string name, string logPath, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private Process? _process;

    public string Name => name;
    public int ProcessId => _process!.Id; // It leads a session and a process group of the same number.

    public bool IsAlive => _process is { HasExited: false };

    // What it has said so far, over all its lives.
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : "";

    // The processes that it has started: nginx's workers.
    public string[] Children => File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    // Its resident bytes (proc_pid_statm(5)), with or without those of files: a mapped ledger that grows is no memory
    // lost.
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

    // exitCode: 128 and the signal's number when it was killed.
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
