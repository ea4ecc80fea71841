using System.Runtime.ExceptionServices;

namespace Rinha.Server.Tests.Fixtures;

// Threads that start together; the pool would start them one by one.
internal static class Together
{
    public static void Run(params IReadOnlyCollection<Action> actions)
    {
        using var start = new Barrier(actions.Count);
        Exception? failure = null;
        var threads = actions.Select(action => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                action();
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref failure, error, null);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // Runs one action a number of times at once; it is told which one it is, from 0.
    public static void Run(int count, Action<int> action) =>
        Run([.. Enumerable.Range(0, count).Select(index => (Action)(() => action(index)))]);
}

// Tests of file locks that this process gives back: a child that another test starts holds them, too, until it has
// become its program. They run after the others, one by one.
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
