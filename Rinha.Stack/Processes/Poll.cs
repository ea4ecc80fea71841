namespace Rinha.Stack.Processes;

/// <summary>Waits for conditions that nothing signals.</summary>
public static class Poll
{
    /// <summary>Polls until the condition holds; returns false after the timeout.</summary>
    public static bool Until(TimeSpan timeout, Func<bool> condition, int pauseMilliseconds = 20)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > timeout)
            {
                return false;
            }

            Thread.Sleep(pauseMilliseconds);
        }

        return true;
    }
}
