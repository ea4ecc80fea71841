namespace Rinha.Stack.Tests.Fixtures;

/// <summary>Tests that want a stack to keep up: they run after the others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
