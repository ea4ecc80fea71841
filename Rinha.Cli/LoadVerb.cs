namespace Rinha.Cli;

// load: runs the load tester, which parses all its flags.
internal static class LoadVerb
{
    public const string Name = "load";

    // Only for the list of verbs.
    public static Command Create() => new(Name, "Load a running stack: latencies, the highest rate, or correctness.");

    public static int Run(IEnumerable<string> arguments) => Foreground.ExecLoadTester([Name, .. arguments]);
}
