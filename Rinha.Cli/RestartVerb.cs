using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli;

/// <summary><c>restart</c>: restarts both servers, one after the other, without a failed request.</summary>
internal static class RestartVerb
{
    public static Command Create() => Arguments.VerbOnStack(
        "restart",
        "Replace both servers, one after the other, by what is there now, built first if a source is newer. " +
        "Exit status 1 when a new process does not come up; the other one then goes on serving.",
        (data, _) => Restart(data));

    private static int Restart(DataDirectory data)
    {
        var stack = StackInstance.Read(data) ?? throw new StackException($"nothing runs on {data.FullPath}");
        var refusal = stack switch
        {
            { IsSupervised: false } =>
                $"the supervisor of {data.FullPath} was killed (./rinha stop ends what it left)",
            { State.IsReady: false } => $"the stack on {data.FullPath} is just starting; try again",
            { State.Layout.IsFloor: true } => $"the stack on {data.FullPath} has no servers (--floor)",
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

        // A binary that cannot even say its version must not cost the stack one of its two servers.
        if (!File.Exists(server) || Tool.Run([server, "--version"]) is not { Succeeded: true } version)
        {
            throw new StackException($"{server} does not run");
        }

        using var taken = FileLock.TryTake(data.RunFile("restart.lock"))
            ?? throw new StackException($"another restart of {data.FullPath} is under way");
        Console.WriteLine($"restarting with {version.LastLine}");
        return Follow(stack);
    }

    private static int Follow(StackInstance stack)
    {
        var request = new RestartRequest(stack.Data);
        request.Send();
        for (var said = 0; ; Thread.Sleep(10))
        {
            foreach (var answer in request.Answers().Skip(said))
            {
                said++;
                if (answer == RestartRequest.Finished)
                {
                    return Exit.Success;
                }

                if (answer.StartsWith(RestartRequest.Failed, StringComparison.Ordinal))
                {
                    return Exit.Say(answer[RestartRequest.Failed.Length..], Exit.Failure);
                }

                Console.WriteLine(answer);
            }

            if (!stack.IsSupervised)
            {
                request.TryTake();
                throw new StackException("the supervisor has ended meanwhile");
            }
        }
    }
}
