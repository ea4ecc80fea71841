namespace Rinha.Testing;

/// <summary>The repository's command, <c>./rinha</c>.</summary>
public static class RinhaCommand
{
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromMinutes(3);

    /// <summary>Runs a verb to its end; fails when it takes too long.</summary>
    public static CommandExit Run(params string[] arguments) => Run([], arguments);

    /// <summary>Runs a verb to its end with variables of its own; an empty one is taken away.</summary>
    public static CommandExit Run((string Name, string Value)[] environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        // Read by two threads: a supervisor that is left behind must not keep a test waiting for the end of its output.
        var output = new StringBuilder();
        var error = new StringBuilder();
        process.OutputDataReceived += (_, data) => output.Append(data.Data is null ? "" : data.Data + "\n");
        process.ErrorDataReceived += (_, data) => error.Append(data.Data is null ? "" : data.Data + "\n");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(s_endsWithin))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"./rinha {string.Join(' ', arguments)} does not end");
        }

        process.WaitForExit();
        return new CommandExit(process.ExitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a verb that must succeed.</summary>
    public static CommandExit RunWell(params string[] arguments) => Run(arguments).AssertWell();

    /// <summary>Starts a verb.</summary>
    public static Process Start((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.PathOf("rinha"), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
            if (value.Length == 0)
            {
                start.Environment.Remove(name);
            }
        }

        return Process.Start(start)!;
    }
}
