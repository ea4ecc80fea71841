namespace Rinha.LoadTest.Tests.Fixtures;

// Runs the published load tester without a terminal.
internal static class LoadTester
{
    public static TestProcess Start(params string[] arguments) => StartIn(Path.GetTempPath(), arguments);

    public static CommandExit Run(params string[] arguments) => RunIn(Path.GetTempPath(), arguments);

    public static CommandExit RunIn(string directory, params string[] arguments)
    {
        using var command = StartIn(directory, arguments);
        return command.AwaitExit(2 * Wait.Timeout);
    }

    private static TestProcess StartIn(string directory, string[] arguments) =>
        new([Repository.LoadTesterBinary, .. arguments], directory: directory);
}
