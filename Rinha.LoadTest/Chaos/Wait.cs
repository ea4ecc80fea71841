using System.Diagnostics;

namespace Rinha.LoadTest.Chaos;

/// <summary>Waiting for what is going to happen.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Looks until something is so.</summary>
    /// <exception cref="ChaosException">It is not so in time.</exception>
    public static void Until(TimeSpan patience, Func<bool> isSo, Func<string> otherwise)
    {
        if (!For(patience, isSo))
        {
            throw new ChaosException(otherwise());
        }
    }

    /// <summary>Looks until something is so, or the time is over.</summary>
    public static bool For(TimeSpan patience, Func<bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed > patience)
            {
                return false;
            }

            Thread.Sleep(s_pause);
        }

        return true;
    }
}
