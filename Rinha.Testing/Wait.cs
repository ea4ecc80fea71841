namespace Rinha.Testing;

public static class Wait
{
    /// <summary>Generous: a busy machine must not fail a test.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static long TimeoutMs => (long)Timeout.TotalMilliseconds;

    /// <summary>Waits until the condition holds; fails after the timeout.</summary>
    public static void Until(Func<bool> condition, string what) => Assert.True(
        Poll.Until(Timeout, condition, pauseMilliseconds: 1), $"did not happen in {Timeout.TotalSeconds} s: {what}");
}
