namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Tests that need the machine for themselves: they run after the others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
