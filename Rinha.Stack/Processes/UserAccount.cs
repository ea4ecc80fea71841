namespace Rinha.Stack.Processes;

/// <summary>A user that root runs programs as and gives files to. Without root, the methods do nothing.</summary>
public sealed class UserAccount(string name)
{
    private static readonly string[] s_proxyUsers = ["www-data", "nginx", "nobody"];

    private string? _group;

    /// <summary>The user of the proxy's workers: www-data on Debian, nginx elsewhere.</summary>
    public static UserAccount Proxy { get; } = new(
        s_proxyUsers.FirstOrDefault(ProcessTable.Lines("/etc/passwd").Select(line => line.Split(':')[0]).Contains)
        ?? throw new StackException("none of the users www-data, nginx and nobody exists"));

    public string Name => name;

    public string Group => _group ??= Tool.Run(["id", "-gn", name]).OrThrow($"there is no user {name}").Output.Trim();

    // A command prefix that switches to this user.
    public IReadOnlyList<string> AsUser => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={name}", $"--regid={Group}", "--clear-groups"]
        : [];

    /// <summary>A command prefix that switches to this user's group only.</summary>
    public IReadOnlyList<string> AsGroup =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--regid={Group}", "--keep-groups"] : [];

    // Gives paths to this user and its group.
    public void Chown(params string[] paths)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Tool.Run(["chown", $"{name}:{Group}", .. paths]).OrThrow($"cannot make {name} the owner of {paths[0]}");
        }
    }

    /// <summary>Lets this user's group pass through a directory.</summary>
    public void AllowTraversal(string path)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Tool.Run(["chgrp", Group, path]).OrThrow($"cannot change the group of {path} to {Group}");
            File.SetUnixFileMode(path, (UnixFileMode)0b111_001_000);
        }
    }
}
