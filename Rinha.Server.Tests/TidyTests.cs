using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Rinha.Server.Tests;

// House rules that no compiler checks.
public sealed partial class TidyTests
{
    // Only ever lowered, or raised with a reason in the commit.
    private const int LinesMax = 67_800;
    private const int FilesMax = 610;

    private const int FileLinesMax = 500;
    private const int FunctionLinesMax = 70;

    private static readonly IReadOnlyList<string> s_files = RepositoryFiles.Names;

    [Fact]
    public void The_rules_see_the_files()
    {
        Assert.True(s_files.Count(name => name.EndsWith(".cs", StringComparison.Ordinal)) > 80);
        Assert.Contains("schema.sql", s_files);
        Assert.Contains("rinha", s_files);
    }

    [Fact]
    public void No_line_of_code_is_longer_than_120_characters() => AssertNone(
        from name in CSharp()
        from line in Lines(name)
        where line.Text.EnumerateRunes().Count() > 120
        select $"{name}:{line.Number}");

    [Fact]
    public void No_file_of_code_is_longer_than_500_lines() => AssertNone(
        from name in CSharp()
        let count = Lines(name).Count()
        where count > FileLinesMax
        select $"{name}: {count} lines");

    [Fact]
    public void No_function_is_longer_than_70_lines() => AssertNone(
        from name in CSharp()
        from node in CSharpSyntaxTree.ParseText(File.ReadAllText(Repository.PathOf(name))).GetRoot().DescendantNodes()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let span = node.GetLocation().GetLineSpan()
        let count = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where count > FunctionLinesMax
        select $"{name}:{span.StartLinePosition.Line + 1}: {count} lines");

    [Fact]
    public void The_repository_does_not_grow()
    {
        Assert.True(s_files.Count <= FilesMax, $"{s_files.Count} files, at most {FilesMax}");
        var lines = s_files.Sum(name => Lines(name).Count());
        Assert.True(lines <= LinesMax, $"{lines} lines, at most {LinesMax}");
    }

    [Fact]
    public void No_file_has_unfinished_work() => AssertNone(
        from name in s_files
        from line in Lines(name)
        where Unfinished().IsMatch(line.Text)
        select $"{name}:{line.Number}");

    [Fact]
    public void Text_ends_with_one_line_feed_and_has_no_other_line_ends() => AssertNone(
        from name in s_files
        where !name.EndsWith("packages.lock.json", StringComparison.Ordinal)
        let text = File.ReadAllText(Repository.PathOf(name))
        where text.Length > 0
        where !text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal) || text.Contains('\r')
        select name);

    [Fact]
    public void No_line_has_trailing_whitespace() => AssertNone(
        from name in s_files
        where !name.EndsWith(".md", StringComparison.Ordinal)
        from line in Lines(name)
        where line.Text.Length > 0 && char.IsWhiteSpace(line.Text[^1])
        select $"{name}:{line.Number}");

    [Fact]
    public void No_type_of_the_server_has_a_filler_name() => AssertNone(
        from type in typeof(ServerOptions).Assembly.GetTypes()
        where type.Namespace?.StartsWith("Rinha", StringComparison.Ordinal) == true
        where FillerName().IsMatch(type.Name)
        select type.FullName);

    [Fact]
    public void A_file_is_named_after_its_type() => AssertNone(
        from name in CSharp()
        where name.StartsWith("Rinha.Server/", StringComparison.Ordinal)
        let type = Path.GetFileNameWithoutExtension(name)
        where type != "Program"
        let text = File.ReadAllText(Repository.PathOf(name))
        where !Regex.IsMatch(text, $@"\b(class|struct|record|interface|enum) {type}\b")
        select name);

    // What a folder of the server may use; a subfolder of Sqlite/ may also use what they all share. Only Program and
    // the files beside it see everything.
    [Theory]
    [InlineData("Ledger")]
    [InlineData("Telemetry")]
    [InlineData("Queue", "Ledger")]
    [InlineData("Net", "Ledger", "Telemetry")]
    [InlineData("Http", "Ledger", "Telemetry")]
    [InlineData("Sqlite", "Ledger", "Queue", "Telemetry")]
    [InlineData("Postgres", "Ledger", "Queue", "Telemetry")]
    [InlineData("Operations", "Ledger", "Sqlite", "Postgres")]
    [InlineData("Sqlite/Locking")]
    [InlineData("Sqlite/Reading")]
    [InlineData("Sqlite/Upkeep", "Locking")]
    [InlineData("Sqlite/Writing", "Locking", "Upkeep")]
    public void The_layers_of_the_server_stay_separate(string layer, params string[] below)
    {
        string[] path = ["Rinha.Server", .. layer.Split('/')];
        AssertNone(Dependencies(path[..^1])[path[^1]].Except(below));
    }

    [Fact]
    public void The_ledger_folder_has_no_locks_wake_ups_or_logs() => AssertNone(
        from name in CSharp()
        where name.StartsWith("Rinha.Server/Ledger/", StringComparison.Ordinal)
        from line in Lines(name)
        where Machinery().IsMatch(line.Text.Split("//")[0])
        select $"{name}:{line.Number}");

    [Theory]
    [InlineData("Rinha.Server")]
    [InlineData("Rinha.Stack")]
    [InlineData("Rinha.Cli")]
    [InlineData("Rinha.LoadTest")]
    [InlineData("Rinha.Chaos")]
    public void Folders_depend_on_one_another_in_one_direction(string project)
    {
        var left = Dependencies(project);
        Assert.NotEmpty(left);
        while (left.FirstOrDefault(folder => !folder.Value.Overlaps(left.Keys)).Key is { } free)
        {
            left.Remove(free);
        }

        AssertNone(left.Select(folder => $"{folder.Key} uses {string.Join(", ", folder.Value.Intersect(left.Keys))}"));
    }

    // The checker shares no code with the bank it checks.
    [Theory]
    [InlineData("Rinha.Server")]
    [InlineData("Rinha.LoadTest")]
    [InlineData("Rinha.Stack")]
    public void Independent_projects_reference_no_other(string project) =>
        Assert.DoesNotContain("<ProjectReference", File.ReadAllText(Repository.PathOf(project, project + ".csproj")));

    [Fact]
    public void The_schema_is_defined_in_one_place()
    {
        var files = from name in s_files
                    where !name.StartsWith("Rinha.Server.Tests/", StringComparison.Ordinal)
                        && name is not "Rinha.Server/Sqlite/LedgerFile.cs" // Its steps rebuild tables.
                    let text = File.ReadAllText(Repository.PathOf(name))
                    where text.Contains("CREATE TABLE", StringComparison.OrdinalIgnoreCase)
                    select name;

        Assert.Equal(["schema.postgres.sql", "schema.sql"], files);
    }

    [GeneratedRegex(@"\b(FIX" + @"ME|TO" + @"DO|XX" + @"X|HA" + @"CK)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\b(lock|Lock|Monitor|Interlocked|\w*Event(Slim)?|event|Thread|Timer|ILogger|Log)\b")]
    private static partial Regex Machinery();

    [GeneratedRegex("(Manager|Helpers?|Utils?|Service|Processor|Impl|Base)$")]
    private static partial Regex FillerName();

    private static IEnumerable<string> CSharp() =>
        s_files.Where(name => name.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<(int Number, string Text)> Lines(string name) =>
        File.ReadLines(Repository.PathOf(name)).Select((text, index) => (index + 1, text));

    // The folders in a folder, each with the other folders that its code names.
    private static Dictionary<string, HashSet<string>> Dependencies(params string[] home)
    {
        var files = CSharp().Select(name => name.Split('/'))
            .Where(path => path.Length > home.Length + 1 && path.AsSpan().StartsWith(home)).ToList();
        var folders = files.Select(path => path[home.Length]).ToHashSet();
        return files.GroupBy(path => path[home.Length]).ToDictionary(folder => folder.Key, folder => folder
            .SelectMany(path => Lines(string.Join('/', path)))
            .SelectMany(line => Regex.Matches(line.Text, $@"\b{string.Join('.', home)}\.(\w+)"))
            .Select(named => named.Groups[1].Value)
            .Where(named => named != folder.Key && folders.Contains(named))
            .ToHashSet());
    }

    private static void AssertNone(IEnumerable<string?> offences)
    {
        var all = string.Join('\n', offences);
        Assert.True(all.Length == 0, all);
    }
}
