namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>The published load tester as a process, without a terminal.</summary>
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
        new([Repository.LoadTestBinary, .. arguments], directory: directory);
}
