namespace Rinha.Stack.Processes;

/// <summary>Finds and runs programs of this machine.</summary>
public static class Tool
{
    // PATH plus the sbin directories, where nginx lives.
    public static string SearchPath { get; } =
        $"{Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin"}:/usr/sbin:/sbin";

    public static string? Find(string name) => SearchPath.Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to completion and captures its output. input: a file for its standard input.</summary>
    public static ToolResult Run(IReadOnlyList<string> command, string? input = null, string? directory = null)
    {
        using var process = Process.Start(StartInfoOf(command, directory ?? ""))!;
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

    /// <summary>Runs a program in the repository to completion and passes on each line it prints.</summary>
    public static ToolResult Follow(IReadOnlyList<string> command, Action<string> log)
    {
        var lines = new List<string>();
        void Take(object sender, DataReceivedEventArgs data)
        {
            if (data.Data is not null)
            {
                lock (lines)
                {
                    lines.Add(data.Data);
                    log(data.Data);
                }
            }
        }

        using var process = Process.Start(StartInfoOf(command, Repository.Root))!;
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        process.WaitForExit();
        return new ToolResult(process.ExitCode, string.Join('\n', lines), "");
    }

    /// <summary>Replaces this process with a program (execv).</summary>
    public static int Exec(IReadOnlyList<string> command, params (string Name, string Value)[] environment)
    {
        foreach (var (name, value) in environment)
        {
            _ = LibC.SetVariable(name, value, overwrites: 1);
        }

        _ = LibC.Execute(command[0], [.. command, null]);
        throw new StackException($"{command[0]} cannot be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static ProcessStartInfo StartInfoOf(IReadOnlyList<string> command, string directory)
    {
        var start = new ProcessStartInfo(Find(command[0]) ?? command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        start.Environment["PATH"] = SearchPath;
        return start;
    }
}

/// <summary>A program's exit status and output.</summary>
public sealed record ToolResult(int Status, string Output, string Error)
{
    public bool Succeeded => Status == 0;

    /// <summary>The non-empty lines of its standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string LastLine =>
        (Output + "\n" + Error).Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("no output");

    public ToolResult OrThrow(string what) => Succeeded ? this : throw new StackException($"{what}: {LastLine}");
}
