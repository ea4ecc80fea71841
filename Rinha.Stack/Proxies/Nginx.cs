using Rinha.Stack.Processes;

namespace Rinha.Stack.Proxies;

/// <summary>How nginx is started.</summary>
public static class Nginx
{
    /// <summary>The template of every configuration.</summary>
    public static string Template => File.ReadAllText(Repository.PathOf("nginx", "nginx.conf"));

    /// <summary>nginx in the foreground, with a configuration and the directory it writes to.</summary>
    public static Launch Run(string directory, string configuration)
    {
        var user = Environment.IsPrivilegedProcess
            ? $" user {UserAccount.Proxy.Name} {UserAccount.Proxy.GroupName};"
            : "";
        return new Launch([.. Command(), "-g", "daemon off;" + user, "-p", directory, "-c", configuration]);
    }

    /// <summary>Asks nginx about a configuration; its complaint, or <see langword="null"/>.</summary>
    public static string? Test(string directory, string configuration)
    {
        var result = Tool.Run([.. Command(), "-t", "-p", directory, "-c", configuration]);
        return result.Succeeded ? null : result.Error;
    }

    /// <summary>An API that only answers: the floor of <c>measure</c>.</summary>
    /// <param name="sockets">The directory of the sockets.</param>
    /// <param name="name">api01 or api02.</param>
    /// <param name="load">Which load's answers it gives: mix, refused or statements.</param>
    public static string FloorConfiguration(string sockets, string name, string load) =>
        File.ReadAllText(Repository.PathOf("nginx", "floor.conf"))
            .Replace("/run/rinha/", sockets + "/", StringComparison.Ordinal)
            .Replace("NAME", name, StringComparison.Ordinal)
            .Replace($"#{load}: ", "", StringComparison.Ordinal);

    // Without -e, which came with 1.19.5, nginx looks for its compiled-in log file first.
    private static IEnumerable<string> Command()
    {
        var help = Tool.Run(["nginx", "-h"]);
        return (help.Output + help.Error).Split('\n')
            .Any(line => line.Trim().StartsWith("-e ", StringComparison.Ordinal))
            ? ["nginx", "-e", "stderr"]
            : ["nginx"];
    }
}
