namespace Rinha.Cli;

/// <summary>How a verb ends.</summary>
internal static class Exit
{
    public const int Success = 0;

    /// <summary>It failed, or found something wrong.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Misuse = 2;

    /// <summary>No stack runs.</summary>
    public const int NotRunning = 3;

    /// <summary>Says in one line why.</summary>
    public static int Say(string reason, int status)
    {
        Console.Error.WriteLine($"rinha: {reason.ReplaceLineEndings(" ").TrimEnd()}");
        return status;
    }
}
