namespace Rinha.Cli;

// The exit statuses of the verbs.
internal static class Exit
{
    public const int Success = 0;

    public const int Failure = 1; // Also for a violation.

    public const int Misuse = 2; // A wrong command line.

    public const int NotRunning = 3;

    // Prints the reason as one line.
    public static int Report(string reason, int status)
    {
        Console.Error.WriteLine($"rinha: {reason.ReplaceLineEndings(" ").TrimEnd()}");
        return status;
    }
}
