namespace Rinha.Stack.Processes;

/// <summary>Waiting for what nothing tells about.</summary>
public static class Poll
{
    /// <summary>Asks until the condition holds; whether it did within the time.</summary>
    public static bool Until(TimeSpan time, Func<bool> condition, int pauseMilliseconds = 20)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > time)
            {
                return false;
            }

            Thread.Sleep(pauseMilliseconds);
        }

        return true;
    }
}
