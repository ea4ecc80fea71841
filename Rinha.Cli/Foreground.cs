using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli;

/// <summary>Programs that a verb hands its terminal to.</summary>
internal static class Foreground
{
    /// <summary>Whether a program has the terminal.</summary>
    public static bool IsBusy { get; private set; }

    /// <summary>Publishes the load tester if necessary. What that says goes to the standard error: the output is the
    /// report's.</summary>
    public static void PublishLoadTester() => new Publisher(Console.Error.WriteLine).Publish(Repository.LoadTester);

    /// <summary>Becomes the load tester.</summary>
    public static int BecomeLoadTester(IEnumerable<string> arguments)
    {
        PublishLoadTester();
        return Tool.Become([Repository.LoadTester, .. arguments]);
    }

    /// <summary>Runs a program to its end. Ctrl-C is for it: this process then goes on and cleans up.</summary>
    /// <returns>Its exit status.</returns>
    public static int Run(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = Repository.Root };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new StackException($"{command[0]} does not start");
        var identity = ProcessIdentity.Of(process.Id);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            identity.Send(Signal.Terminate);
        });
        IsBusy = true;
        process.WaitForExit();
        IsBusy = false;
        return process.ExitCode;
    }

    /// <summary>Runs another verb to its end, its output among the messages.</summary>
    /// <exception cref="StackException">It failed; what it said has been shown.</exception>
    public static void RunVerb(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var result = Tool.Follow(
            [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], .. arguments],
            Console.Error.WriteLine,
            environment);
        if (!result.Succeeded)
        {
            throw new StackException($"{string.Join(' ', arguments.Take(1))} failed (see above)");
        }
    }
}
