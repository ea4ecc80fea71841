namespace Rinha.Stack.Processes;

/// <summary>Programs of this machine: where they are, and short calls of them.</summary>
public static class Tool
{
    /// <summary>
    /// Where programs are looked for: nginx lives in /usr/sbin, which is not in the PATH of every user.
    /// </summary>
    public static string SearchPath { get; } =
        $"{Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin"}:/usr/sbin:/sbin";

    /// <summary>The path of a program, or <see langword="null"/>.</summary>
    public static string? Find(string name) => SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="input">A file for its standard input.</param>
    /// <param name="environment">All the variables it gets; those of this process when not given.</param>
    /// <param name="directory">Where it works.</param>
    public static ToolResult Run(
        IReadOnlyList<string> command,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null)
    {
        using var process = Process.Start(Describe(command, environment, directory))
            ?? throw new StackException($"{command[0]} does not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using (process.StandardInput)
        {
            if (input is not null)
            {
                process.StandardInput.Write(File.ReadAllText(input));
            }
        }

        process.WaitForExit();
        return new ToolResult(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Replaces this process by a program, which gets its terminal, its signals and its exit status.</summary>
    /// <exception cref="StackException">The program cannot be started.</exception>
    public static int Become(IReadOnlyList<string> command)
    {
        _ = LibC.Execute(command[0], [.. command, null]);
        throw new StackException($"{command[0]} does not start: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Runs a program to its end and hands on each line it prints.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="say">Takes a line.</param>
    /// <param name="more">Variables beside those of this process; an empty one is taken away.</param>
    /// <returns>Its exit status and all it printed.</returns>
    public static ToolResult Follow(
        IReadOnlyList<string> command, Action<string> say, IReadOnlyDictionary<string, string>? more = null)
    {
        var start = Describe(command, null, Repository.Root);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value.Length > 0 ? value : null;
        }

        var lines = new List<string>();
        void Add(object sender, DataReceivedEventArgs data)
        {
            if (data.Data is not null)
            {
                lock (lines)
                {
                    lines.Add(data.Data);
                    say(data.Data);
                }
            }
        }

        using var process = Process.Start(start) ?? throw new StackException($"{command[0]} does not start");
        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        process.WaitForExit();
        return new ToolResult(process.ExitCode, string.Join('\n', lines), "");
    }

    private static ProcessStartInfo Describe(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment, string? directory)
    {
        var start = new ProcessStartInfo(Find(command[0]) ?? command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }
        }

        start.Environment["PATH"] = SearchPath;
        return start;
    }
}

/// <summary>How a program ended and what it printed.</summary>
public sealed record ToolResult(int Status, string Output, string Error)
{
    /// <summary>Whether it ended with status 0.</summary>
    public bool Succeeded => Status == 0;

    /// <summary>The last line that it printed.</summary>
    public string LastLine =>
        (Output + "\n" + Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("nothing was printed");
}
