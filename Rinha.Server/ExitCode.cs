namespace Rinha.Server;

/// <summary>How the binary ends, whatever it was asked to do (docs/operations/commands.md).</summary>
internal static class ExitCode
{
    /// <summary>Done, and all is well.</summary>
    public const int Good = 0;

    /// <summary>It was tried and failed, or something wrong was found.</summary>
    public const int Failed = 1;

    /// <summary>
    /// A setting or an argument is bad, or what was asked for must not be done now: nothing was changed.
    /// </summary>
    public const int Refused = 2;
}
