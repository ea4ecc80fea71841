using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli;

/// <summary><c>stop</c>: stops a stack, or ends what its killed supervisor has left.</summary>
internal sealed class StopVerb
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10);

    private readonly Option<string?> _data = Arguments.Data();

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command("stop", "Stop the stack.") { _data };
        command.SetAction(parsed =>
        {
            Stop(RunningStacks.Choose(parsed.GetValue(_data)), Console.WriteLine);
            return Exit.Success;
        });
        return command;
    }

    /// <summary>Stops the stack on a data directory.</summary>
    /// <exception cref="StackException">It does not end.</exception>
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
            EndSupervisor(stack);
            say($"stopped: {data.FullPath}");
        }
        else
        {
            stack.End(Console.Error.WriteLine);
            say($"stopped what a killed supervisor left behind: {data.FullPath}");
        }
    }

    private static void EndSupervisor(StackInstance stack)
    {
        var supervisor = stack.State.Supervisor;
        supervisor.Send(Signal.Terminate);
        for (var deadline = DateTime.UtcNow + StackInstance.EndsWithin; supervisor.IsAlive; Thread.Sleep(s_poll))
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new StackException($"the supervisor, pid {supervisor.Pid}, does not end");
            }
        }
    }
}
