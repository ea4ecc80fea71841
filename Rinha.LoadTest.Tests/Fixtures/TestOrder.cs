using Rinha.LoadTest.Tests.Contest;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>
/// Begins with the simulations: they take longest and do next to nothing, so the rest runs beside them.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(one => one.TestCollectionDisplayName == Simulations.Name)];
}

/// <summary>Tests that need the machine for themselves: they run after the others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
