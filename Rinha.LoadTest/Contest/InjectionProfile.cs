namespace Rinha.LoadTest.Contest;

/// <summary>
/// How many virtual users a scenario starts in each second: a ramp between two rates, then the last rate held, to the
/// user as Gatling 3.10 does it (OpenInjectionStep, Shard).
/// </summary>
/// <param name="StartRate">Users per second at the beginning of the ramp.</param>
/// <param name="EndRate">Users per second at its end, and after it.</param>
/// <param name="RampSeconds">How long the ramp takes.</param>
/// <param name="HoldSeconds">How long the last rate is held.</param>
internal sealed record InjectionProfile(int StartRate, int EndRate, int RampSeconds, int HoldSeconds)
{
    private const int MillisecondsPerSecond = 1000;

    /// <summary>How many users each second starts.</summary>
    public IEnumerable<int> UsersPerSecond()
    {
        var before = 0;
        for (var second = 1; second <= RampSeconds; second++)
        {
            // All users started by the end of the second; in whole numbers, as a rounding error would cost the last
            // one.
            var total = (StartRate * second) + ((EndRate - StartRate) * second * second / (2 * RampSeconds));
            yield return total - before;
            before = total;
        }

        for (var second = 0; second < HoldSeconds; second++)
        {
            yield return EndRate;
        }
    }

    /// <summary>When each user starts, in milliseconds from the beginning.</summary>
    public IEnumerable<int> StartsMs()
    {
        var secondMs = 0;
        foreach (var users in UsersPerSecond())
        {
            for (var user = 0; user < users; user++)
            {
                // The first millisecond i at which ceil(users / 1000 * (i + 1)) users are due.
                yield return secondMs + (user * MillisecondsPerSecond / users);
            }

            secondMs += MillisecondsPerSecond;
        }
    }
}
