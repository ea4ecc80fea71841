using Rinha.Stack.Processes;

namespace Rinha.Stack.Builds;

/// <summary>The .NET SDK, called as every verb calls it.</summary>
public sealed class DotNet(Action<string> say)
{
    private const int Attempts = 3;

    private static readonly string[] s_registryFailures =
        ["NU1101", "NU1102", "NU1103", "NU1301", "not indicate success: 404"];

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, string> s_english = new()
    {
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_NOLOGO"] = "1",
        ["LC_ALL"] = "C.UTF-8",
    };

    /// <summary>The runtime to compile for.</summary>
    public static string Runtime =>
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    /// <summary>Runs a command; a package registry may answer 404 for what it has a minute later.</summary>
    /// <param name="arguments">The command.</param>
    /// <returns>All it printed.</returns>
    /// <exception cref="StackException">It failed.</exception>
    public string Run(params string[] arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = Tool.Follow(["dotnet", .. arguments], say, s_english);
            if (result.Succeeded)
            {
                return result.Output;
            }

            if (attempt == Attempts || !s_registryFailures.Any(
                text => result.Output.Contains(text, StringComparison.Ordinal)))
            {
                throw new StackException($"dotnet {arguments[0]} {arguments[1]} failed (see above)");
            }

            say($"the package registry did not answer as expected; attempt {attempt + 1} of {Attempts} in 20 s");
            Thread.Sleep(s_pause);
        }
    }
}
