using Rinha.Stack.Builds;

namespace Rinha.Testing;

/// <summary>The repository's files, and its binaries when they are there and up to date.</summary>
public static class Repository
{
    /// <summary>The directory of Rinha.slnx.</summary>
    public static string Root => Stack.Repository.Root;

    /// <summary>The published load tester; a test that needs it fails when it is not there or not up to date.</summary>
    public static string LoadTestBinary => UpToDate(Stack.Repository.LoadTester);

    /// <summary>The published server.</summary>
    public static string ServerBinary => UpToDate(Stack.Repository.Server);

    /// <summary>The absolute path of a file of the repository.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Stack.Repository.PathOf(parts);

    private static string UpToDate(string executable)
    {
        Assert.True(
            Publisher.IsUpToDate(executable),
            $"{executable} is missing or older than its sources: ./rinha test publishes it");
        return executable;
    }
}
