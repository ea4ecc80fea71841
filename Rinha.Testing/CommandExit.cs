namespace Rinha.Testing;

/// <summary>How a command ended and what it said.</summary>
public sealed record CommandExit(int Code, string Output, string Error)
{
    /// <summary>Fails unless it succeeded.</summary>
    public CommandExit AssertWell()
    {
        Assert.True(Code == 0, Output + Error);
        return this;
    }
}
