using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>Tries one case on a connection of its own.</summary>
internal static class SingleCase
{
    private const long LookNs = 2_000_000;

    /// <summary>Sends it, and waits for all that comes back.</summary>
    public static FuzzAnswers Ask(Target target, bool isFront, FuzzCase one, out bool isLate)
    {
        isLate = false;
        using var poller = new Poller();
        using var lane = new FuzzLane(poller, 0, target, isFront);
        lane.Begin(one, Clock.NowMs);
        while (true)
        {
            // One descriptor, hence at most one event.
            var answers = poller.Wait(LookNs) > 0 ? lane.OnReady(poller.Event(0).Ready, Clock.NowMs) : null;
            answers ??= lane.OnTime(Clock.NowMs, out isLate);
            if (answers is not null)
            {
                return answers;
            }
        }
    }

    /// <summary>Sends it and judges what comes back.</summary>
    public static string? Find(FuzzLane where, FuzzCase one)
    {
        var answers = Ask(where.Target, where.IsFront, one, out var isLate);
        return isLate ? FuzzJudge.Late : FuzzJudge.Find(one, answers, where.IsFront);
    }
}
