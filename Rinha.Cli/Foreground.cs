using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Supervision;

namespace Rinha.Cli;

// Runs programs that take over the verb's terminal.
internal static class Foreground
{
    public static bool IsBusy { get; private set; }

    // Publishes the load tester if stale. Messages go to standard error: standard output is for the report.
    public static void PublishLoadTester() => new Publisher(Console.Error.WriteLine).Publish(Repository.LoadTester);

    public static int ExecLoadTester(IEnumerable<string> arguments)
    {
        PublishLoadTester();
        return Tool.Exec([Repository.LoadTester, .. arguments]);
    }

    // Runs a program to completion. Ctrl-C reaches the program only, so that this process can clean up.
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

    // Runs another verb to completion, with its output on standard error, never on the ledger that DATABASE_URL names.
    // variables: arguments for env, such as NAME=VALUE or -u NAME.
    public static void RunVerb(string[] verb, params string[] variables)
    {
        string[] rinha = [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]];
        string[] command = ["env", "-u", RunSettings.Ledger, .. variables, .. rinha, .. verb];
        if (!Tool.Follow(command, Console.Error.WriteLine).Succeeded)
        {
            throw new StackException($"{verb[0]} failed (see above)");
        }
    }
}

// Runs a clean-up action once, however the verb ends: normally, by an error, Ctrl-C or SIGTERM. A program in the
// foreground gets the signal first; the verb continues after its exit.
internal sealed class CleanUp : IDisposable
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private Action? _action;

    public CleanUp(Action action)
    {
        _action = action;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        RunOnce();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!Foreground.IsBusy)
        {
            RunOnce();
            Environment.Exit(Exit.Failure);
        }
    }

    private void RunOnce() => Interlocked.Exchange(ref _action, null)?.Invoke();
}
