namespace Rinha.Stack.Processes;

/// <summary>A user of this machine that root hands programs and files to. Another user than root keeps them.</summary>
public sealed class UserAccount(string name)
{
    private static readonly string[] s_proxyUsers = ["www-data", "nginx", "nobody"];

    private string? _group;

    /// <summary>The user of the proxy's workers: Debian has www-data, others have nginx.</summary>
    public static UserAccount Proxy { get; } = new(
        s_proxyUsers.FirstOrDefault(ProcessTable.Lines("/etc/passwd").Select(line => line.Split(':')[0]).Contains)
        ?? throw new StackException("none of the users www-data, nginx and nobody exists"));

    public string Name => name;

    /// <summary>The name of its first group.</summary>
    public string Group => _group ??= Tool.Run(["id", "-gn", name]).OrFail($"there is no user {name}").Output.Trim();

    /// <summary>The beginning of a command line that is run as this user.</summary>
    public IReadOnlyList<string> AsUser => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={name}", $"--regid={Group}", "--clear-groups"]
        : [];

    /// <summary>The beginning of a command line whose files are of this user's group.</summary>
    public IReadOnlyList<string> AsGroup =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--regid={Group}", "--keep-groups"] : [];

    /// <summary>Gives files or directories to this user and its group.</summary>
    public void Own(params string[] paths)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Tool.Run(["chown", $"{name}:{Group}", .. paths]).OrFail($"{paths[0]} cannot be given away");
        }
    }

    /// <summary>Gives a directory to the group of this user, which may pass through.</summary>
    public void OpenDirectory(string path)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Tool.Run(["chgrp", Group, path]).OrFail($"{path} cannot be given away");
            File.SetUnixFileMode(path, (UnixFileMode)0b111_001_000);
        }
    }
}
