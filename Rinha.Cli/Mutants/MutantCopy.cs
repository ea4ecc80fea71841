using Rinha.Stack;

namespace Rinha.Cli.Mutants;

// A copy of the repository's files with the edits of all mutants. The environment variable MUTANT of a server
// that is built from it turns one of them on.
internal static class MutantCopy
{
    public const string Variable = "MUTANT";

    private const string SqlReader = "Rinha.Server/Postgres/PostgresSchema.cs";

    public static string Root => Repository.PathOf("artifacts", "mutants");

    // Writes what changed since the last run, so that only that is built.
    public static void Write(IReadOnlyList<Mutant> mutants)
    {
        var edited = EditSources(mutants);
        string[] list = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        var names = Tool.Run(list, directory: Repository.Root).OrThrow("git ls-files failed").Output
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => File.Exists(Repository.PathOf(name)))
            .ToList();
        foreach (var stale in Files.Try(() => File.ReadAllLines(Path.Combine(Root, "artifacts", "copied")), [])
            .Except(names))
        {
            File.Delete(Path.Combine(Root, stale));
        }

        foreach (var name in names.Union(edited.Keys))
        {
            var (source, target) = (Repository.PathOf(name), Path.Combine(Root, name));
            var content = edited.TryGetValue(name, out var text)
                ? Encoding.UTF8.GetBytes(text)
                : File.ReadAllBytes(source);
            WriteIfChanged(target, content);
            if (File.Exists(source))
            {
                File.SetUnixFileMode(target, File.GetUnixFileMode(source));
            }
        }

        Directory.CreateDirectory(Path.Combine(Root, "artifacts"));
        File.WriteAllLines(Path.Combine(Root, "artifacts", "copied"), names);
    }

    // The C# files that the mutants change, with all their edits, and Mutants.cs with the switch.
    public static Dictionary<string, string> EditSources(IEnumerable<Mutant> mutants)
    {
        var edits = mutants.SelectMany(mutant => mutant.Edits).ToLookup(edit => edit.IsSql);
        var readsSql = new Edit("", SqlReader, "script.ReadToEnd()", "Mutants.Apply(script.ReadToEnd())");
        var files = edits[false].Append(readsSql).GroupBy(edit => edit.File).ToDictionary(file => file.Key, Apply);
        files["Rinha.Server/Mutants.cs"] = $$"""
            namespace Rinha.Server;

            internal static class Mutants
            {
                private static readonly string? s_name = Environment.GetEnvironmentVariable("{{Variable}}");

                public static bool Is(string name) => s_name == name;

                public static string Apply(string sql) => s_name switch
                {
                    {{string.Join('\n', edits[true].Select(edit =>
                        $"{Literal(edit.Mutant)} => sql.Replace({Literal(edit.Original)}, {Literal(edit.Wrong)}),"))}}
                    _ => sql,
                };
            }
            """;
        foreach (var file in edits[true].GroupBy(edit => edit.File))
        {
            _ = Apply(file); // For its checks.
        }

        return files;
    }

    private static string Apply(IGrouping<string, Edit> edits)
    {
        var source = File.ReadAllText(Repository.PathOf(edits.Key));
        var (text, next) = (source, source.Length);
        foreach (var (start, edit) in edits
            .Select(edit => (Start: Find(source, edit), Edit: edit))
            .OrderByDescending(found => found.Start))
        {
            var end = start + edit.Original.Length;
            if (end > next && !edit.IsSql)
            {
                throw new StackException($"mutant {edit.Mutant}: another one changes the same text of {edit.File}");
            }

            text = text[..start] + edit.Wrong + text[end..];
            next = start;
        }

        return text;
    }

    private static int Find(string source, Edit edit)
    {
        var start = source.IndexOf(edit.Original, StringComparison.Ordinal);
        return start >= 0 && start == source.LastIndexOf(edit.Original, StringComparison.Ordinal)
            ? start
            : throw new StackException(
                $"mutant {edit.Mutant}: {edit.File} has its text {(start < 0 ? "nowhere" : "twice")}");
    }

    private static string Literal(string text) => JsonSerializer.Serialize(text);

    private static void WriteIfChanged(string path, byte[] content)
    {
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }
}
