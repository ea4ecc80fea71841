using Rinha.Stack;
using Rinha.Stack.Builds;

namespace Rinha.Cli;

/// <summary>Programs that a verb hands its terminal to.</summary>
internal static class Foreground
{
    public static bool IsBusy { get; private set; }

    /// <summary>Publishes the load tester if necessary. What that says goes to the standard error: the output is the
    /// report's.</summary>
    public static void PublishLoadTester() => new Publisher(Console.Error.WriteLine).Publish(Repository.LoadTester);

    public static int BecomeLoadTester(IEnumerable<string> arguments)
    {
        PublishLoadTester();
        return Tool.Become([Repository.LoadTester, .. arguments]);
    }

    /// <summary>Runs a program to its end. Ctrl-C is for it: this process then goes on and cleans up.</summary>
    public static int Run(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = Repository.Root };
        using var process = Process.Start(start)!;
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
    /// <param name="verb">It and its arguments.</param>
    /// <param name="variables">What env is told, such as NAME=VALUE or -u NAME.</param>
    public static void RunVerb(string[] verb, params string[] variables)
    {
        string[] rinha = [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]];
        if (!Tool.Follow(["env", .. variables, .. rinha, .. verb], Console.Error.WriteLine).Succeeded)
        {
            throw new StackException($"{verb[0]} failed (see above)");
        }
    }
}

/// <summary>
/// What a verb must take away again, however it ends: by itself, by an error, by Ctrl-C or by SIGTERM. A program in the
/// foreground gets the signal first, and the verb goes on when it has ended.
/// </summary>
internal sealed class CleanUp : IDisposable
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private Action? _end;

    public CleanUp(Action end)
    {
        _end = end;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        End();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!Foreground.IsBusy)
        {
            End();
            Environment.Exit(Exit.Failure);
        }
    }

    private void End() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
