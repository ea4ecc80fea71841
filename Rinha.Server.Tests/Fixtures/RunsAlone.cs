namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// Tests of file locks that this process gives back: a child that another test starts holds them, too, until it has
/// become its program. They run after the others, one by one.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
