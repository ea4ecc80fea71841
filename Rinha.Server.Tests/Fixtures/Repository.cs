namespace Rinha.Server.Tests.Fixtures;

/// <summary>The repository's files, found from the test assembly upwards.</summary>
internal static class Repository
{
    /// <summary>The directory of Rinha.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The published server. A test that needs it fails when it is not there, or is not what the sources say.
    /// </summary>
    public static string ServerBinary
    {
        get
        {
            var path = PathOf("artifacts", "server", "Rinha.Server");
            Assert.True(File.Exists(path), "artifacts/server/Rinha.Server is missing: run ./rinha build");
            var newer = Sources().FirstOrDefault(source => source.LastWriteTimeUtc > File.GetLastWriteTimeUtc(path));
            Assert.True(newer is null, $"artifacts/server/Rinha.Server is older than {newer}: run ./rinha build");
            return path;
        }
    }

    /// <summary>The absolute path of a file of the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    // What ./rinha build looks at.
    private static IEnumerable<FileInfo> Sources()
    {
        var server = new DirectoryInfo(PathOf("Rinha.Server"));
        var root = new DirectoryInfo(Root);
        return
        [
            .. server.EnumerateFiles(),
            .. server.EnumerateDirectories()
                .Where(directory => directory.Name is not ("bin" or "obj"))
                .SelectMany(directory => directory.EnumerateFiles("*", SearchOption.AllDirectories)),
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
