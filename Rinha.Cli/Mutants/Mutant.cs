namespace Rinha.Cli.Mutants;

// A small wrong version of the server: in File, Original, which occurs once, becomes Wrong. In C#, Wrong keeps what is
// right unless $on, the mutant's switch; $it is Original. SQL becomes wrong as the server reads it.
internal sealed record Mutant(string Name, string File, string Original, string Wrong, Detector Detector)
{
    public bool IsInShort { get; init; }

    // Further edits that the same mutant needs.
    public IReadOnlyList<(string File, string Original, string Wrong)> More { get; init; } = [];

    public IEnumerable<Edit> Edits =>
        More.Prepend((File, Original, Wrong)).Select(edit => new Edit(
            Name, edit.File, edit.Original, edit.Wrong
                .Replace("$on", $"Mutants.Is(\"{Name}\")", StringComparison.Ordinal)
                .Replace("$it", edit.Original, StringComparison.Ordinal)));
}

internal sealed record Edit(string Mutant, string File, string Original, string Wrong)
{
    public bool IsSql => File.EndsWith(".sql", StringComparison.Ordinal);
}

// What must see a mutant: its command lines of ./rinha, one of which must fail.
internal sealed record Detector(string Name, params IReadOnlyList<string[]> Verbs)
{
    private const string Port = "9996";
    private const string Data = "artifacts/data";

    // The tests whose names contain the filter.
    public static Detector Test(string filter) => new(filter, [["test", filter]]);

    public static Detector Campaign(string name) =>
        new($"chaos --only {name}", [["chaos", "--short", "--only", name, "--port", Port]]);

    // A checked load through two instances.
    public static Detector Load() => new(
        "load --check",
        ["run", "--data", Data, "--port", Port, "--fresh", "--detach"],
        ["load", "--data", Data, "--check", "-d", "3s", "--quiet", "--database", Data + "/rinha.db"],
        ["stop", "--data", Data]);

    public bool Equals(Detector? other) => other?.Name == Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
