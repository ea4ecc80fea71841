using Rinha.Stack.Builds;

namespace Rinha.Testing;

/// <summary>The repository's paths and up-to-date binaries.</summary>
public static class Repository
{
    public static string Root => Stack.Repository.Root;

    public static string LoadTesterBinary => UpToDate(Stack.Repository.LoadTester);

    public static string ServerBinary => UpToDate(Stack.Repository.Server);

    public static string PathOf(params ReadOnlySpan<string> parts) => Stack.Repository.PathOf(parts);

    private static string UpToDate(string executable)
    {
        Assert.True(
            Publisher.IsUpToDate(executable),
            $"{executable} is missing or older than its sources: ./rinha test publishes it");
        return executable;
    }
}
