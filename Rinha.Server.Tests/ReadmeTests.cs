namespace Rinha.Server.Tests;

/// <summary>The two READMEs say the same: what in them is not language is equal.</summary>
public sealed class ReadmeTests
{
    private static readonly string[] s_english = File.ReadAllLines(Repository.PathOf("README.md"));
    private static readonly string[] s_portuguese = File.ReadAllLines(Repository.PathOf("README.pt-BR.md"));

    [Fact]
    public void They_have_the_same_commands_headings_tables_and_links()
    {
        var commands = Commands(s_english);
        Assert.True(commands.Count > 20, "the rule sees too few commands");
        Assert.Equal(commands, Commands(s_portuguese));
        Assert.Equal(Shape(s_english), Shape(s_portuguese));
        Assert.Equal(Links(s_english).Except(["README.pt-BR.md"]), Links(s_portuguese).Except(["README.md"]));
    }

    [Fact]
    public void The_files_they_link_to_are_there() => Assert.All(
        Links(s_english).Where(link => !link.Contains("://", StringComparison.Ordinal)),
        link => Assert.True(Path.Exists(Repository.PathOf(link)), link));

    // The lines of code blocks in a shell's language, without their comments.
    private static List<string> Commands(string[] lines)
    {
        var commands = new List<string>();
        var inside = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = !inside && line == "```sh";
            }
            else if (inside)
            {
                commands.Add(line.Split(" #")[0].TrimEnd());
            }
        }

        return commands;
    }

    private static IEnumerable<string> Shape(string[] lines) =>
        from line in lines
        let mark = line.Split(' ')[0]
        where mark.StartsWith('#') || mark.StartsWith('|') || mark.StartsWith("```", StringComparison.Ordinal)
        select mark.StartsWith('|') ? $"row of {line.Count(character => character == '|')}" : mark;

    private static SortedSet<string> Links(string[] lines) =>
    [
        .. from line in lines
           from part in line.Split("](").Skip(1)
           select part.Split(')', '#')[0],
    ];
}
