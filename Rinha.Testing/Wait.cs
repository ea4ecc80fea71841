namespace Rinha.Testing;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Wait
{
    /// <summary>Longer than anything that works takes, on a machine that is busy with something else.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Waits until the condition holds; fails the test when it does not in time.</summary>
    public static void Until(Func<bool> condition, string what) => Assert.True(
        Poll.Until(Timeout, condition, pauseMilliseconds: 1), $"not after {Timeout.TotalSeconds} s: {what}");
}
