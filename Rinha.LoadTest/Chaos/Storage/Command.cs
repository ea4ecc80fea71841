using System.Diagnostics;

namespace Rinha.LoadTest.Chaos.Storage;

/// <summary>Programs of the system that do what no library call does on every platform: mount, chown, chmod.</summary>
internal static class Command
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>Whether it succeeded.</returns>
    public static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
