using Rinha.Stack;

namespace Rinha.Cli;

// stop: stops a stack, or what its killed supervisor left behind.
internal static class StopVerb
{
    public static Command Create() => Arguments.VerbOnStack("stop", "Stop the stack.", isChange: true, (data, _) =>
    {
        Stop(data, Console.WriteLine);
        return Exit.Success;
    });

    public static void Stop(DataDirectory data, Action<string> log)
    {
        if (StackInstance.Read(data) is not { } stack)
        {
            var file = data.RunFile("lock");
            using var held = File.Exists(file) ? FileLock.TryTake(file) : null;
            if (File.Exists(file) && held is null)
            {
                throw new StackException($"the stack on {data.FullPath} is starting or stopping; try again");
            }

            log($"no stack is running on {data.FullPath}");
        }
        else if (stack.IsSupervised)
        {
            var supervisor = stack.State.Supervisor;
            supervisor.Send(Signal.Terminate);
            if (!Poll.Until(StackInstance.EndTimeout, () => !supervisor.IsAlive, pauseMilliseconds: 10))
            {
                throw new StackException($"the supervisor, pid {supervisor.Pid}, does not stop");
            }

            log($"stopped: {data.FullPath}");
        }
        else
        {
            stack.End(Console.Error.WriteLine);
            log($"stopped what a killed supervisor left behind: {data.FullPath}");
        }
    }
}
