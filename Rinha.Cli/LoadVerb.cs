namespace Rinha.Cli;

/// <summary><c>load</c>: loads a running stack. All its flags are the load tester's.</summary>
internal static class LoadVerb
{
    public const string Name = "load";

    /// <summary>The command, for the list of verbs: its flags never come to be parsed here.</summary>
    public static Command Create() => new(Name, "Load a running stack: latencies, the highest rate, or correctness.");

    public static int Run(IEnumerable<string> arguments) => Foreground.BecomeLoadTester([Name, .. arguments]);
}
