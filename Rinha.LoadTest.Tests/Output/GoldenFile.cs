namespace Rinha.LoadTest.Tests.Output;

/// <summary>
/// Texts that were looked at and found good, in Golden/. To renew one: delete its file and run the tests twice. The
/// first run writes it and fails, so that nobody takes a new text for an old one; read the difference, then keep it.
/// </summary>
internal static class GoldenFile
{
    public static void Matches(string name, string actual)
    {
        var path = Path.Combine(Folder(), name);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, actual);
            Assert.Fail($"{name} was not there and has been written: look at it, then run again");
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    // The sources, not the copy beside the test binary: a renewed text is to be seen by git.
    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var golden = Path.Combine(folder.FullName, "Output", "Golden");
            if (Directory.Exists(golden))
            {
                return golden;
            }
        }

        throw new DirectoryNotFoundException($"no Output/Golden above {AppContext.BaseDirectory}");
    }
}
