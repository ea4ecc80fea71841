using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli;

// restart: replaces both servers, one after the other, without a failed request.
internal static class RestartVerb
{
    public static Command Create() => Arguments.VerbOnStack(
        "restart",
        "Replace both servers, one after the other, with the current binary, rebuilt if stale. " +
        "Exit status 1 when a new process does not come up; the other then keeps serving.",
        isChange: true,
        (data, _) => Restart(data));

    private static int Restart(DataDirectory data)
    {
        var stack = StackInstance.Read(data) ?? throw new StackException($"no stack is running on {data.FullPath}");
        var refusal = stack switch
        {
            { IsSupervised: false } =>
                $"the supervisor of {data.FullPath} was killed (./rinha stop stops what it left)",
            { State.IsReady: false } => $"the stack on {data.FullPath} is still starting; try again",
            { State.Layout.IsFloor: true } => $"the stack on {data.FullPath} has no servers (--floor)",
            { Data.IsDiskFull: true } => $"the disk of {data.FullPath} is full",
            _ => null,
        };
        if (refusal is not null)
        {
            throw new StackException(refusal);
        }

        var server = stack.State.Server;
        if (server == Repository.Server)
        {
            new Publisher(Console.WriteLine).Publish(server);
        }

        // A binary that cannot print its version must not cost the stack a server.
        if (!File.Exists(server) || Tool.Run([server, "--version"]) is not { Succeeded: true } version)
        {
            throw new StackException($"{server} --version fails");
        }

        using var held = FileLock.TryTake(data.RunFile("restart.lock"))
            ?? throw new StackException($"another restart of {data.FullPath} is in progress");
        Console.WriteLine($"restarting with {version.LastLine}");
        return Follow(stack);
    }

    private static int Follow(StackInstance stack)
    {
        var request = new RestartRequest(stack.Data);
        request.Send();
        for (var printed = 0; ; Thread.Sleep(10))
        {
            foreach (var answer in request.Answers().Skip(printed))
            {
                printed++;
                if (answer == RestartRequest.Finished)
                {
                    return Exit.Success;
                }

                if (answer.StartsWith(RestartRequest.Failed, StringComparison.Ordinal))
                {
                    return Exit.Report(answer[RestartRequest.Failed.Length..], Exit.Failure);
                }

                Console.WriteLine(answer);
            }

            if (!stack.IsSupervised)
            {
                request.TryTake();
                throw new StackException("the supervisor exited during the restart");
            }
        }
    }
}
