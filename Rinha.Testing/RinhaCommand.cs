namespace Rinha.Testing;

public static class RinhaCommand
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);

    /// <summary>Runs a verb to completion; fails after 3 minutes.</summary>
    public static CommandExit Run(params string[] arguments) => Run([], arguments);

    /// <summary>Runs a verb with these environment variables; an empty value removes one.</summary>
    public static CommandExit Run((string Name, string Value)[] environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        return process.AwaitExit(s_timeout);
    }

    public static CommandExit RunSuccessfully(params string[] arguments) => Run(arguments).AssertSuccess();

    public static TestProcess Start((string Name, string Value)[] environment, params string[] arguments) =>
        new([Repository.PathOf("rinha"), .. arguments], environment, Repository.Root);
}
