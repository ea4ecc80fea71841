namespace Rinha.Stack.Tests.Fixtures;

internal static class Exits
{
    /// <summary>Fails unless a command ended with this status and said this.</summary>
    public static CommandExit AssertExit(this CommandExit exit, int status, string text)
    {
        Assert.True(exit.Code == status, $"exit status {exit.Code} instead of {status}: {exit.Output}{exit.Error}");
        Assert.Contains(text, exit.Output + exit.Error, StringComparison.Ordinal);
        return exit;
    }
}
