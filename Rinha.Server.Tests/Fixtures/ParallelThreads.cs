using System.Runtime.ExceptionServices;

namespace Rinha.Server.Tests.Fixtures;

// Runs actions on threads that start together, unlike the pool's.
internal static class ParallelThreads
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

    // Runs one action count times at once, with its index from 0.
    public static void Run(int count, Action<int> action) =>
        Run([.. Enumerable.Range(0, count).Select(index => (Action)(() => action(index)))]);
}

// Tests of file locks that this process releases. A child that a parallel test starts inherits the locks until its
// exec, so these tests run one by one after the others.
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
