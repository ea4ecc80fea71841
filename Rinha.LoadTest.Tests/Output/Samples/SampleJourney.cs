using Rinha.LoadTest.Journey;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Output.Samples;

/// <summary>Journeys as <c>./rinha journey</c> makes them.</summary>
internal static class SampleJourney
{
    private const int MegaByte = 1024 * 1024;

    /// <summary>All four stages under all three loads, with figures that are easy to follow.</summary>
    public static JourneyReport Whole() => Of(
        Stage("caddy-postgres", 1_000, 0.010, killed: 2),
        Stage("nginx-postgres", 2_000, 0.005),
        Stage("nginx-postgres-tuned", 2_500, 0.004),
        Stage("nginx-sqlite", 5_000, 0.001));

    /// <summary>One stage, whose limits nobody set, for a moment and without the simulation.</summary>
    public static JourneyReport Short() => Of(new StageReport(
        "nginx-sqlite",
        [new ComponentReport("nginx", null, null, null, null, null, 0)],
        [Turn(JourneyReport.Closed, 1, ["nginx"], 900, 0.002)]));

    /// <summary>These stages.</summary>
    public static JourneyReport Of(params StageReport[] stages) => new()
    {
        Schema = JourneyReport.CurrentSchema,
        Command = "./rinha journey --rounds 3 -d 2",
        Version = "0.1.0+0123456789abcdef",
        StartedAt = new DateTimeOffset(2024, 3, 10, 12, 30, 0, TimeSpan.Zero),
        Machine = new MachineReport(
            "Example Processor 3000", 2, "Debian GNU/Linux 12 (bookworm), Linux 6.1.0", "v1"),
        Seconds = 2,
        Connections = 14,
        Rate = 340,
        Stages = stages,
    };

    /// <summary>A stage with three turns of each load and one simulation.</summary>
    /// <param name="name">Its name; the first word is the proxy, the second the ledger.</param>
    /// <param name="rate">Requests/s of its middle turn.</param>
    /// <param name="p50">Median latency of its middle turn, in seconds.</param>
    /// <param name="killed">How often the proxy was killed.</param>
    public static StageReport Stage(string name, double rate, double p50, long killed = 0)
    {
        var proxy = name.Split('-')[0];
        string[] names = name.Contains("postgres", StringComparison.Ordinal)
            ? ["db", "api01", "api02", proxy]
            : ["api01", "api02", proxy];
        return new StageReport(
            name,
            [
                .. names.Select(one => new ComponentReport(
                    one, 0.35, 60 * MegaByte, 59 * MegaByte + MegaByte / 2, 12, one == proxy ? killed : 0, 0)),
            ],
            [
                Turn(JourneyReport.Closed, 1, names, rate * 1.1, p50 * 0.9),
                Turn(JourneyReport.Closed, 2, names, rate * 0.7, p50 * 1.5),
                Turn(JourneyReport.Closed, 3, names, rate, p50),
                Turn(JourneyReport.Open, 1, names, 340, p50 / 2),
                Turn(JourneyReport.Open, 2, names, 339.5, p50 / 2),
                Turn(JourneyReport.Simulation, 1, names, 200, p50 / 3, new TurnScore(0.9987, 100_000)),
            ]);
    }

    private static TurnReport Turn(
        string load, int round, string[] names, double rate, double p50, TurnScore? score = null)
    {
        var requests = (long)(rate * 2);
        var statuses = new Dictionary<int, long> { [200] = requests };
        return new TurnReport(
            load,
            round,
            [.. names.Select((name, at) => new ComponentTurn(name, requests * 10 * (at + 1), at + round))],
            1_000 * round,
            new TurnResult(
                2,
                new SummaryReport(requests + 1, requests, 1, rate, 0.999, statuses),
                new TurnLatency(p50, p50 * 10, p50 * 20, p50 * 30),
                score));
    }
}
