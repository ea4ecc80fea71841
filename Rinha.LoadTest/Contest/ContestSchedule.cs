namespace Rinha.LoadTest.Contest;

/// <summary>The load phase: which scenario starts a virtual user when.</summary>
internal sealed class ContestSchedule
{
    /// <summary>A load of three profiles at once.</summary>
    public ContestSchedule(InjectionProfile debits, InjectionProfile credits, InjectionProfile statements) =>
        Starts = [.. Of(Scenario.Debits, debits)
            .Concat(Of(Scenario.Credits, credits))
            .Concat(Of(Scenario.Statements, statements))
            .OrderBy(start => start.OffsetMs)];

    /// <summary>The official four minutes: 39,660 debits, 19,860 credits, 1,860 statements.</summary>
    public static ContestSchedule Official { get; } = new(
        new InjectionProfile(1, 220, RampSeconds: 120, HoldSeconds: 120),
        new InjectionProfile(1, 110, RampSeconds: 120, HoldSeconds: 120),
        new InjectionProfile(1, 10, RampSeconds: 120, HoldSeconds: 120));

    /// <summary>Twenty seconds, up to the same peak.</summary>
    public static ContestSchedule Short { get; } = new(
        new InjectionProfile(1, 220, RampSeconds: 20, HoldSeconds: 0),
        new InjectionProfile(1, 110, RampSeconds: 20, HoldSeconds: 0),
        new InjectionProfile(1, 10, RampSeconds: 20, HoldSeconds: 0));

    /// <summary>The users in the order of their starts.</summary>
    public IReadOnlyList<UserStart> Starts { get; }

    private static IEnumerable<UserStart> Of(Scenario scenario, InjectionProfile profile) =>
        profile.StartsMs().Select(offsetMs => new UserStart(offsetMs, scenario));

    /// <summary>A virtual user's start.</summary>
    /// <param name="OffsetMs">Milliseconds since the phase began.</param>
    /// <param name="Scenario">Its scenario.</param>
    internal readonly record struct UserStart(int OffsetMs, Scenario Scenario);
}
