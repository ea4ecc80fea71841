using Rinha.LoadTest.Tests.Contest;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Rinha.LoadTest.Tests.Fixtures;

// Starts the simulations first: they take longest and are nearly idle, so the other tests run in parallel.
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(one => one.TestCollectionDisplayName == Simulations.Name)];
}

// Tests that need an idle machine; they run last, one at a time.
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
