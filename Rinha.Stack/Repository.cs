namespace Rinha.Stack;

/// <summary>
/// The repository's files, found from this program upwards: the tools run from its artifacts/ or bin/.
/// </summary>
public static class Repository
{
    /// <summary>The directory of Rinha.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where a verb keeps its stack when it is not told another place.</summary>
    public static string DefaultData => PathOf("data");

    /// <summary>The published server.</summary>
    public static string Server => PathOf("artifacts", "server", "Rinha.Server");

    /// <summary>The published load tester.</summary>
    public static string LoadTester => PathOf("artifacts", "loadtest", "Rinha.LoadTest");

    /// <summary>The published program of the chaos campaigns.</summary>
    public static string Chaos => PathOf("artifacts", "chaos-campaigns", "Rinha.Chaos");

    /// <summary>The absolute path of a file.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>A path as a user of the repository would write it.</summary>
    public static string Shorten(string path) =>
        path.StartsWith(Root + "/", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : path;

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Rinha.slnx")))
        {
            directory = directory.Parent
                ?? throw new DirectoryNotFoundException("no Rinha.slnx above " + AppContext.BaseDirectory);
        }

        return directory.FullName;
    }
}
