using System.Text.RegularExpressions;
using Rinha.Server.Postgres;

namespace Rinha.Server.Tests;

public sealed partial class DocumentsTests
{
    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist()
    {
        var documents = RepositoryFiles.Names.Where(name => name.EndsWith(".md", StringComparison.Ordinal)).ToList();
        Assert.Contains("README.md", documents);
        Assert.Empty(
            from document in documents
            from Match link in Link().Matches(File.ReadAllText(Repository.PathOf(document)))
            let path = link.Groups["path"].Value
            where !path.Contains("://", StringComparison.Ordinal)
            let target = path.Length == 0
                ? Repository.PathOf(document)
                : Path.GetFullPath(path, Path.GetDirectoryName(Repository.PathOf(document))!)
            where !Path.Exists(target) || !HasHeading(target, link.Groups["heading"].Value)
            select $"{document}: {link.Value}");
    }

    [Fact]
    public void Every_page_is_reachable_from_the_README()
    {
        var found = new HashSet<string> { Repository.PathOf("README.md") };
        var waiting = new Queue<string>(found);
        while (waiting.TryDequeue(out var page))
        {
            var directory = Path.GetDirectoryName(page)!;
            var linked = Link().Matches(File.ReadAllText(page))
                .Select(link => link.Groups["path"].Value)
                .Where(path => !path.Contains("://", StringComparison.Ordinal))
                .Select(path => Path.GetFullPath(path, directory))
                .SelectMany(path => Directory.Exists(path) ? Directory.GetFiles(path, "*.md") : [path])
                .Where(path => path.EndsWith(".md", StringComparison.Ordinal));
            foreach (var next in linked.Where(found.Add))
            {
                waiting.Enqueue(next);
            }
        }

        Assert.Empty(Directory.GetFiles(Repository.PathOf("docs"), "*.md", SearchOption.AllDirectories).Except(found));
    }

    [Fact]
    public void Every_type_and_call_that_the_architecture_names_exists()
    {
        var files = RepositoryFiles.Names
            .Where(name => name.EndsWith(".cs", StringComparison.Ordinal))
            .Select(name => File.ReadAllText(Repository.PathOf(name))).ToList();
        var named = TypeName().Matches(File.ReadAllText(Repository.PathOf("ARCHITECTURE.md")));
        Assert.Contains("CommitTurn.TryTake", named.Select(name => name.Groups[0].Value.Trim('`')));
        Assert.All(named, name => Assert.Contains(files, text =>
            Regex.IsMatch(text, $@"\b(class|struct|record|interface|enum) {name.Groups[1].Value}\b")
            && Regex.IsMatch(text, $@"\b{name.Groups["member"].Value}\b")));
    }

    [Fact]
    public void Every_file_that_the_architecture_names_exists()
    {
        var named = FileName().Matches(File.ReadAllText(Repository.PathOf("ARCHITECTURE.md")));
        Assert.Contains("Net/EventLoop.cs", named.Select(name => name.Groups[1].Value));
        Assert.All(named, name =>
            Assert.True(File.Exists(Repository.PathOf("Rinha.Server", name.Groups[1].Value)), name.Value));
    }

    [Fact]
    public void The_page_on_upgrades_names_the_schema_versions_of_this_release() => Assert.Contains(
        $"| {ServerCommand.Release} | {LedgerFile.Versions.Current} | {PostgresSchema.Versions.Current} |",
        File.ReadAllText(Repository.PathOf("docs", "operations", "upgrade.md")));

    // GitHub's anchors: lower case, hyphens for spaces, no punctuation.
    private static bool HasHeading(string path, string heading) => heading.Length == 0 || File.ReadLines(path)
        .Where(line => line.StartsWith('#'))
        .Select(line => NotInAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))
        .Contains(heading);

    [GeneratedRegex(@"\]\((?<path>[^)#\s]*)(#(?<heading>[^)]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(?!Rinha\.|Program)([A-Z]+[a-z]\w+)(\.(cs|(?<member>\w+)))?`")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"`((\w+/)+\w+\.cs)`")]
    private static partial Regex FileName();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}

// The names of all files that git tracks or would add, relative to the root.
internal static class RepositoryFiles
{
    public static IReadOnlyList<string> Names { get; } = List();

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
