using System.Diagnostics;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>The repository's command, <c>./rinha</c>.</summary>
internal static class Command
{
    /// <summary>Runs a verb to its end; fails when it takes too long.</summary>
    public static ServerExit Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Repository.PathOf("rinha"), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(2 * Wait.Long))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"./rinha {string.Join(' ', arguments)} does not end");
        }

        return new ServerExit(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
