namespace Rinha.Stack.Processes;

/// <summary>A user of this machine, from /etc/passwd, and its first group.</summary>
public sealed record UserAccount(string Name, int Id, int GroupId)
{
    private static readonly string[] s_proxyUsers = ["www-data", "nginx", "nobody"];

    /// <summary>The user of the proxy's workers when root starts it: Debian has www-data, others have nginx.</summary>
    public static UserAccount Proxy { get; } = s_proxyUsers.Select(Find).FirstOrDefault(user => user is not null)
        ?? throw new StackException("none of the users www-data, nginx and nobody exists");

    public string GroupName =>
        Entries("/etc/group").FirstOrDefault(entry => entry[2] == $"{GroupId}")?[0] ?? $"{GroupId}";

    public static UserAccount? Find(string name) =>
        Entries("/etc/passwd").FirstOrDefault(entry => entry[0] == name) is { } entry
            ? new UserAccount(name, int.Parse(entry[2]), int.Parse(entry[3]))
            : null;

    /// <summary>Gives a file or directory to this user and its group.</summary>
    public void Own(string path) => Change(path, Id, GroupId);

    /// <summary>Gives a file or directory to the group of this user.</summary>
    public void OwnByGroup(string path) => Change(path, -1, GroupId);

    private static void Change(string path, int user, int group)
    {
        if (LibC.ChangeOwner(path, user, group) != 0)
        {
            throw new StackException($"{path} cannot be given away: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static IEnumerable<string[]> Entries(string file) =>
        ProcessTable.Lines(file).Select(line => line.Split(':')).Where(entry => entry.Length > 3);
}
