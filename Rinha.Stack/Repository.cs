namespace Rinha.Stack;

/// <summary>The repository's paths. Its root is found above this program, which runs from artifacts/ or bin/.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>RINHA_DATA, which means the same as <c>--data</c>.</summary>
    public static string? NamedData =>
        Environment.GetEnvironmentVariable("RINHA_DATA") is { Length: > 0 } data ? data : null;

    /// <summary>The data directory of <c>run</c> without <c>--data</c>.</summary>
    public static string DefaultData => NamedData ?? PathOf("data");

    public static string Server => PathOf("artifacts", "server", "Rinha.Server");

    public static string LoadTester => PathOf("artifacts", "loadtest", "Rinha.LoadTest");

    public static string Chaos => PathOf("artifacts", "chaos-campaigns", "Rinha.Chaos");

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>A path relative to the repository, if inside it.</summary>
    public static string Shorten(string path) =>
        path.StartsWith(Root + "/", StringComparison.Ordinal) ? path[(Root.Length + 1)..] : path;

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Rinha.slnx")))
        {
            directory = Path.GetDirectoryName(directory)
                ?? throw new DirectoryNotFoundException("no Rinha.slnx above " + AppContext.BaseDirectory);
        }

        return directory;
    }
}

/// <summary>
/// An error with a one-line message for the user; <c>./rinha</c> prints it and exits with status 1.
/// </summary>
public class StackException(string message) : Exception(message);

/// <summary>A wrong command line: exit status 2.</summary>
public sealed class UsageException(string message) : StackException(message);
