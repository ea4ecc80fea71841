namespace Rinha.LoadTest.Contest;

internal enum Scenario
{
    ConcurrentDebits,
    BalanceAfterDebits,
    ConcurrentCredits,
    BalanceAfterCredits,
    Validations,
    UnknownClient,
    Debits,
    Credits,
    Statements,
}

internal static class Scenarios
{
    public static readonly IReadOnlyList<string> Names =
    [
        "validação concorrência transações - d",
        "validação concorrência saldo - -25",
        "validação concorrência transações - c",
        "validação concorrência saldo - 0",
        "validações",
        "validação HTTP 404",
        "débitos",
        "créditos",
        "extratos",
    ];
}

// When each virtual user of the load starts, and in which scenario.
internal sealed class ContestSchedule
{
    public ContestSchedule(InjectionProfile debits, InjectionProfile credits, InjectionProfile statements) =>
        Starts = [.. Of(Scenario.Debits, debits)
            .Concat(Of(Scenario.Credits, credits))
            .Concat(Of(Scenario.Statements, statements))
            .OrderBy(start => start.OffsetMs)];

    // The official four minutes: 39,660 debits, 19,860 credits, 1,860 statements.
    public static ContestSchedule Official { get; } = RampToPeak(rampSeconds: 120, holdSeconds: 120);

    public static ContestSchedule Short { get; } = RampToPeak(rampSeconds: 20, holdSeconds: 0);

    public IReadOnlyList<(int OffsetMs, Scenario Scenario)> Starts { get; }

    private static ContestSchedule RampToPeak(int rampSeconds, int holdSeconds) => new(
        new InjectionProfile(1, 220, rampSeconds, holdSeconds),
        new InjectionProfile(1, 110, rampSeconds, holdSeconds),
        new InjectionProfile(1, 10, rampSeconds, holdSeconds));

    private static IEnumerable<(int OffsetMs, Scenario Scenario)> Of(Scenario scenario, InjectionProfile profile) =>
        profile.StartsMs().Select(offsetMs => (offsetMs, scenario));
}

// Virtual users that a scenario starts per second: a ramp between two rates, then a hold at the last one. Matches
// Gatling 3.10 (OpenInjectionStep, Shard) to the user.
internal sealed record InjectionProfile(int StartRate, int EndRate, int RampSeconds, int HoldSeconds)
{
    private const int MillisecondsPerSecond = 1000;

    public IEnumerable<int> UsersPerSecond()
    {
        var before = 0;
        for (var second = 1; second <= RampSeconds; second++)
        {
            // Users started by the end of the second; integers, since a rounding error would lose the last one.
            var total = (StartRate * second) + ((EndRate - StartRate) * second * second / (2 * RampSeconds));
            yield return total - before;
            before = total;
        }

        for (var second = 0; second < HoldSeconds; second++)
        {
            yield return EndRate;
        }
    }

    public IEnumerable<int> StartsMs()
    {
        var secondMs = 0;
        foreach (var users in UsersPerSecond())
        {
            for (var user = 0; user < users; user++)
            {
                // The first millisecond i with ceil(users / 1000 * (i + 1)) users due.
                yield return secondMs + (user * MillisecondsPerSecond / users);
            }

            secondMs += MillisecondsPerSecond;
        }
    }
}
