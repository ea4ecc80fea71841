using System.Text.RegularExpressions;

namespace Rinha.Server.Tests;

/// <summary>The house rules that no compiler checks.</summary>
public sealed partial class TidyTests
{
    private static readonly string[] s_generated =
    [
        ".git", "bin", "obj", "artifacts", "data", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts",
        "packages.lock.json",
    ];

    private static readonly string[] s_text =
    [
        ".cs", ".csproj", ".slnx", ".props", ".json", ".md", ".sh", ".c", ".h", ".sql", ".conf", ".yml", ".yaml",
        ".aot",
        ".editorconfig", ".gitattributes", ".gitignore", ".dockerignore", ".env", "",
    ];

    private static readonly IReadOnlyList<string> s_files = [.. FilesOf(Repository.Root)];

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
        where count > 500
        select $"{name}: {count} lines");

    [Fact]
    public void Nothing_is_left_to_do() => AssertNone(
        from name in s_files
        from line in Lines(name)
        where Unfinished().IsMatch(line.Text)
        select $"{name}:{line.Number}");

    [Fact]
    public void Text_ends_with_one_line_feed_and_has_no_other_line_ends() => AssertNone(
        from name in s_files
        let text = File.ReadAllText(Repository.PathOf(name))
        where text.Length > 0
        where !text.EndsWith('\n') || text.EndsWith("\n\n", StringComparison.Ordinal) || text.Contains('\r')
        select name);

    [Fact]
    public void No_line_ends_with_blanks() => AssertNone(
        from name in s_files
        where !name.EndsWith(".md", StringComparison.Ordinal)
        from line in Lines(name)
        where line.Text.Length > 0 && char.IsWhiteSpace(line.Text[^1])
        select $"{name}:{line.Number}");

    [Fact]
    public void No_type_of_the_server_has_a_name_that_says_nothing() => AssertNone(
        from type in typeof(ServerOptions).Assembly.GetTypes()
        where type.Namespace?.StartsWith("Rinha", StringComparison.Ordinal) == true
        where SaysNothing().IsMatch(type.Name)
        select type.FullName);

    [Fact]
    public void A_file_has_the_name_of_its_type() => AssertNone(
        from name in CSharp()
        where name.StartsWith("Rinha.Server/", StringComparison.Ordinal)
        let type = Path.GetFileNameWithoutExtension(name)
        where type != "Program"
        let text = File.ReadAllText(Repository.PathOf(name))
        where !Regex.IsMatch(text, $@"\b(class|struct|record|interface|enum) {type}\b")
        select name);

    [Theory]
    [InlineData("Ledger", "Http")]
    [InlineData("Ledger", "Sqlite")]
    [InlineData("Ledger", "Net")]
    [InlineData("Net", "Http")]
    [InlineData("Net", "Sqlite")]
    [InlineData("Sqlite", "Net")]
    [InlineData("Http", "Net")]
    [InlineData("Http", "Sqlite")]
    [InlineData("Sqlite", "Http")]
    [InlineData("Ledger", "Postgres")]
    [InlineData("Net", "Postgres")]
    [InlineData("Http", "Postgres")]
    [InlineData("Sqlite", "Postgres")]
    [InlineData("Telemetry", "Postgres")]
    [InlineData("Postgres", "Http")]
    [InlineData("Postgres", "Sqlite")]
    [InlineData("Postgres", "Net")]
    [InlineData("Telemetry", "Http")]
    [InlineData("Telemetry", "Sqlite")]
    [InlineData("Telemetry", "Net")]
    [InlineData("Telemetry", "Ledger")]
    public void The_layers_keep_apart(string layer, string other)
    {
        var files = CSharp()
            .Where(name => name.StartsWith($"Rinha.Server/{layer}/", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(files);
        AssertNone(
            from name in files
            from line in Lines(name)
            where line.Text.Contains($"Rinha.Server.{other}", StringComparison.Ordinal)
            select $"{name}:{line.Number}");
    }

    [Fact]
    public void The_schema_is_defined_in_one_place()
    {
        var place = from name in s_files
                    where !name.StartsWith("Rinha.Server.Tests/", StringComparison.Ordinal)
                    let text = File.ReadAllText(Repository.PathOf(name))
                    where text.Contains("CREATE TABLE", StringComparison.OrdinalIgnoreCase)
                    select name;

        Assert.Equal(["schema.postgres.sql", "schema.sql"], place);
    }

    [GeneratedRegex(@"\b(FIX" + @"ME|TO" + @"DO|XX" + @"X|HA" + @"CK)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex("(Manager|Helpers?|Utils?|Service|Processor|Impl|Base)$")]
    private static partial Regex SaysNothing();

    private static IEnumerable<string> CSharp() =>
        s_files.Where(name => name.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<(int Number, string Text)> Lines(string name) =>
        File.ReadLines(Repository.PathOf(name)).Select((text, index) => (index + 1, text));

    private static IEnumerable<string> FilesOf(string directory) => new DirectoryInfo(directory)
        .EnumerateFileSystemInfos()
        .Where(entry => !s_generated.Contains(entry.Name))
        .SelectMany(entry => entry switch
        {
            DirectoryInfo child => FilesOf(child.FullName),
            _ when s_text.Contains(entry.Extension) => [Path.GetRelativePath(Repository.Root, entry.FullName)],
            _ => [],
        });

    private static void AssertNone(IEnumerable<string?> offences)
    {
        var all = string.Join('\n', offences);
        Assert.True(all.Length == 0, all);
    }
}
