namespace Rinha.Stack.Processes;

/// <summary>
/// A process that cannot be mistaken for another: a pid is reused, a pid with the time it started (in ticks since boot)
/// is not.
/// </summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTicks">When it started; 0 when it was gone before that could be read.</param>
public readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    /// <summary>Whether it runs; a zombie does not.</summary>
    public bool IsAlive => ProcessStat.Read(Pid) is { IsDead: false } stat && stat.StartTicks == StartTicks;

    /// <summary>The process that has this number now.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, ProcessStat.Read(pid)?.StartTicks ?? 0);

    /// <summary>Sends a signal, unless the process is gone.</summary>
    public void Send(Signal signal)
    {
        if (IsAlive)
        {
            _ = LibC.Kill(Pid, (int)signal);
        }
    }
}

/// <summary>A line of /proc/PID/stat.</summary>
/// <param name="State">R, S, D, T, Z …</param>
/// <param name="Session">The pid of the leader of its session.</param>
/// <param name="CpuTicks">CPU time used in user and kernel mode.</param>
/// <param name="StartTicks">When it started, since boot.</param>
internal readonly record struct ProcessStat(char State, int Session, long CpuTicks, long StartTicks)
{
    public bool IsDead => State is 'Z' or 'X';

    /// <summary>Reads the line of a process; <see langword="null"/> when there is none.</summary>
    public static ProcessStat? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field, the name, may hold blanks and parentheses. Field 3 of proc_pid_stat(5) is fields[0].
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessStat(fields[0][0], (int)Number(3), Number(11) + Number(12), Number(19));

        long Number(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
    }
}
