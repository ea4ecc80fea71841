using System.Diagnostics;

namespace Rinha.LoadTest.Chaos;

/// <summary>One of the bank's processes, which the campaign may start, kill and start again.</summary>
/// <param name="setting">Where the bank's parts are.</param>
/// <param name="name"><c>api01</c>, <c>api02</c>, <c>nginx</c> or <c>db</c>.</param>
/// <param name="logPath">Where what it says is appended.</param>
/// <param name="environment">Its settings.</param>
internal sealed class BankProcess(
    ChaosSetting setting, string name, string logPath, IReadOnlyDictionary<string, string> environment) : IDisposable
{
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(60);

    private Process? _process;

    /// <summary>Which one.</summary>
    public string Name => name;

    /// <summary>Its number; it leads a session and a process group of the same number.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Whether it is alive (a stopped one is).</summary>
    public bool IsAlive => _process is { HasExited: false };

    /// <summary>What it has said so far, over all its lives.</summary>
    public string Log => File.Exists(logPath) ? File.ReadAllText(logPath) : "";

    /// <summary>Starts it, first or again.</summary>
    /// <param name="arguments">Flags for the server.</param>
    public void Start(params IReadOnlyList<string> arguments)
    {
        _process?.Dispose();
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        const string appendToLog = "exec \"$@\" >>\"$0\" 2>&1 </dev/null";
        foreach (var argument in new[] { "-c", appendToLog, logPath, setting.Launcher, name })
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

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

    /// <summary>Waits until it has ended.</summary>
    /// <param name="patience">How long.</param>
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

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process?.Dispose();
    }
}
