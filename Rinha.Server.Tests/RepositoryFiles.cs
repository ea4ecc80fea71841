namespace Rinha.Server.Tests;

/// <summary>The files that git has, or would take: their names, relative to the root.</summary>
internal static class RepositoryFiles
{
    /// <summary>All of them are text.</summary>
    public static IReadOnlyList<string> Text { get; } = List();

    private static List<string> List()
    {
        using var git = Process.Start(new ProcessStartInfo("git", "ls-files --cached --others --exclude-standard")
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        var names = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. names.Where(name => File.Exists(Repository.PathOf(name)))];
    }
}
