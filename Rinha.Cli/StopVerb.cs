using Rinha.Stack;

namespace Rinha.Cli;

/// <summary><c>stop</c>: stops a stack, or ends what its killed supervisor has left.</summary>
internal static class StopVerb
{
    public static Command Create() => Arguments.VerbOnStack("stop", "Stop the stack.", (data, _) =>
    {
        Stop(data, Console.WriteLine);
        return Exit.Success;
    });

    public static void Stop(DataDirectory data, Action<string> say)
    {
        if (StackInstance.Read(data) is not { } stack)
        {
            var file = data.RunFile("lock");
            using var taken = File.Exists(file) ? FileLock.TryTake(file) : null;
            if (File.Exists(file) && taken is null)
            {
                throw new StackException($"the stack on {data.FullPath} is just starting or ending; try again");
            }

            say($"nothing runs on {data.FullPath}");
        }
        else if (stack.IsSupervised)
        {
            var supervisor = stack.State.Supervisor;
            supervisor.Send(Signal.Terminate);
            if (!Poll.Until(StackInstance.EndsWithin, () => !supervisor.IsAlive, pauseMilliseconds: 10))
            {
                throw new StackException($"the supervisor, pid {supervisor.Pid}, does not end");
            }

            say($"stopped: {data.FullPath}");
        }
        else
        {
            stack.End(Console.Error.WriteLine);
            say($"stopped what a killed supervisor left behind: {data.FullPath}");
        }
    }
}
