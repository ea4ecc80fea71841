using Rinha.Cli.Mutants;

namespace Rinha.Stack.Tests;

// The table of ./rinha chaos --mutants fits today's sources.
public sealed class MutantTests
{
    [Fact]
    public void Every_mutant_has_its_own_name_and_still_changes_the_server()
    {
        Assert.Equal(MutantTable.All.Count, MutantTable.All.Select(mutant => mutant.Name).Distinct().Count());
        Assert.Equal(10, MutantTable.All.Count(mutant => mutant.IsInShort));
        Assert.True(MutantTable.All.Count >= 50, $"{MutantTable.All.Count} mutants");
        var sources = string.Concat(MutantCopy.EditSources(MutantTable.All).Values);
        Assert.All(MutantTable.All, mutant => Assert.Contains($"\"{mutant.Name}\"", sources));
    }

    [Fact]
    public void Text_that_occurs_twice_or_nowhere_and_edits_that_overlap_are_refused()
    {
        static Mutant Edit(string original) =>
            new("m", "Rinha.Cli/Mutants/Mutant.cs", original, "", Detector.Test("x"));
        Assert.Contains("twice", Assert.Throws<StackException>(() => MutantCopy.EditSources([Edit("string")])).Message);
        Assert.Contains("nowhere", Assert.Throws<StackException>(
            () => MutantCopy.EditSources([Edit("no such text")])).Message);
        Assert.Contains("same text", Assert.Throws<StackException>(
            () => MutantCopy.EditSources([Edit("sealed record Mutant("), Edit("Mutant(string Name")])).Message);
    }
}
