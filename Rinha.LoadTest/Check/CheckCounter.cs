using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

/// <summary>Counts how often one thing was looked at and found wrong.</summary>
/// <param name="name">What must hold.</param>
internal sealed class CheckCounter(string name)
{
    private long _made;
    private long _violations;
    private string? _example;

    /// <summary>Looks once; the example is only made into a text for the first violation.</summary>
    public void Check(bool holds, Func<string> example)
    {
        _made++;
        if (!holds)
        {
            _violations++;
            _example ??= example();
        }
    }

    /// <summary>The counts so far.</summary>
    public CheckResult ToResult() => new(name, _made, _violations, _example);
}
