using Rinha.LoadTest.Collect;
using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>Load runs inside the test's own process.</summary>
internal static class Runs
{
    /// <summary>What every report says of where it was made.</summary>
    public static readonly EnvironmentReport Environment = new("", "", "", "", 1, "", null);

    /// <summary>A closed loop of so many requests.</summary>
    public static LoadOptions Counted(long iterations, int connections = 1) => new()
    {
        Connections = connections,
        Duration = null,
        Iterations = iterations,
        Seed = 1,
        RequestTimeout = Wait.Timeout,
    };

    /// <summary>A closed loop of so many seconds.</summary>
    public static LoadOptions Timed(double seconds, int connections = 1) => new()
    {
        Connections = connections,
        Duration = TimeSpan.FromSeconds(seconds),
        Seed = 1,
        RequestTimeout = Wait.Timeout,
    };

    /// <summary>Runs on the calling thread.</summary>
    public static RunReport Load(
        Target target, LoadOptions options, RunControl? control = null, IRequestObserver? observer = null) =>
        Session(target, control).Run(options, observer);

    public static LoadSession Session(Target target, RunControl? control = null) =>
        new(target, Environment, control ?? new RunControl(), framesPerSecond: 0);
}
