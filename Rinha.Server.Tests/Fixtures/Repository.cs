namespace Rinha.Server.Tests.Fixtures;

/// <summary>The repository's files, found from the test assembly upwards.</summary>
internal static class Repository
{
    /// <summary>The directory of Rinha.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The published load tester; a test that needs it fails when it is not there or not up to date.</summary>
    public static string LoadTestBinary => Published("artifacts/loadtest/Rinha.LoadTest");

    /// <summary>The published server.</summary>
    public static string ServerBinary => Published("artifacts/server/Rinha.Server");

    /// <summary>The absolute path of a file of the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Published(string name)
    {
        var path = PathOf(name);
        Assert.True(File.Exists(path), $"{name} is missing: run ./rinha build");
        var built = File.GetLastWriteTimeUtc(path);
        var newer = Sources(Path.GetFileName(path)).FirstOrDefault(source => source.LastWriteTimeUtc > built);
        Assert.True(newer is null, $"{name} is older than {newer}: run ./rinha build");
        return path;
    }

    // What ./rinha build looks at.
    private static IEnumerable<FileInfo> Sources(string project)
    {
        var directory = new DirectoryInfo(PathOf(project));
        var root = new DirectoryInfo(Root);
        Assert.True(directory.Exists, $"{project} has no sources");
        return
        [
            .. directory.EnumerateFiles(),
            .. directory.EnumerateDirectories()
                .Where(child => child.Name is not ("bin" or "obj"))
                .SelectMany(child => child.EnumerateFiles("*", SearchOption.AllDirectories)),
            .. root.EnumerateFiles("Directory.*.props"),
            .. root.EnumerateFiles("schema*.sql"),
            .. root.EnumerateFiles("global.json"),
        ];
    }

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
