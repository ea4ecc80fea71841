using Rinha.Stack;

namespace Rinha.Cli.Mutants;

// A copy of the repository's tracked files with the edits of all mutants. The environment variable MUTANT of a server
// that is built from it turns one of them on.
internal static class MutantCopy
{
    public const string Variable = "MUTANT";

    private const string Switch =
        $$"""
        namespace Rinha.Server;

        internal static class Mutants
        {
            private static readonly string? s_name = System.Environment.GetEnvironmentVariable("{{Variable}}");

            public static bool Is(string name) => s_name == name;
        }
        """;

    public static string Root => Repository.PathOf("artifacts", "mutants");

    // Writes what changed since the last run, so that only that is built.
    public static void Write(IReadOnlyList<Mutant> mutants)
    {
        var edited = Edit(mutants);
        var names = Tool.Run(["git", "ls-files", "-z"], directory: Repository.Root).OrThrow("git ls-files failed")
            .Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(name => File.Exists(Repository.PathOf(name)))
            .ToList();
        foreach (var stale in Files.Try(() => File.ReadAllLines(Path.Combine(Root, "artifacts", "copied")), [])
            .Except(names))
        {
            File.Delete(Path.Combine(Root, stale));
        }

        foreach (var name in names)
        {
            var (source, target) = (Repository.PathOf(name), Path.Combine(Root, name));
            var content = edited.TryGetValue(name, out var text) ? Encoding.UTF8.GetBytes(text) : File.ReadAllBytes(source);
            WriteIfChanged(target, content);
            File.SetUnixFileMode(target, File.GetUnixFileMode(source));
        }

        WriteIfChanged(Path.Combine(Root, "Rinha.Server", "Mutants.cs"), Encoding.UTF8.GetBytes(Switch));
        Directory.CreateDirectory(Path.Combine(Root, "artifacts"));
        File.WriteAllLines(Path.Combine(Root, "artifacts", "copied"), names);
    }

    // The files that the mutants change, with all their edits.
    public static Dictionary<string, string> Edit(IEnumerable<Mutant> mutants) => mutants
        .SelectMany(mutant => mutant.Edits, (mutant, edit) => (mutant.Name, Edit: edit))
        .GroupBy(change => change.Edit.File)
        .ToDictionary(file => file.Key, file =>
        {
            var source = File.ReadAllText(Repository.PathOf(file.Key));
            var next = source.Length;
            var text = source;
            foreach (var (start, (name, edit)) in file.Select(change => (Find(source, change), change))
                .OrderByDescending(change => change.Item1))
            {
                var end = start + edit.Original.Length;
                if (end > next)
                {
                    throw new StackException($"mutant {name}: another one changes the same text of {file.Key}");
                }

                text = text[..start] + edit.Wrong + text[end..];
                next = start;
            }

            return text;
        });

    private static int Find(string source, (string Name, (string File, string Original, string Wrong) Edit) change)
    {
        var (file, original, _) = change.Edit;
        var start = source.IndexOf(original, StringComparison.Ordinal);
        return start >= 0 && start == source.LastIndexOf(original, StringComparison.Ordinal)
            ? start
            : throw new StackException(
                $"mutant {change.Name}: {file} has its text {(start < 0 ? "nowhere" : "twice")}");
    }

    private static void WriteIfChanged(string path, byte[] content)
    {
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }
}
