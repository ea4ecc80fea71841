namespace Rinha.Testing;

/// <summary>The repository's command, <c>./rinha</c>.</summary>
public static class RinhaCommand
{
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromMinutes(3);

    /// <summary>Runs a verb to its end; fails when it takes too long.</summary>
    public static CommandExit Run(params string[] arguments) => Run([], arguments);

    /// <summary>Runs a verb to its end with these variables; an empty one is removed.</summary>
    public static CommandExit Run((string Name, string Value)[] environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        return process.AwaitExit(s_endsWithin);
    }

    public static CommandExit RunWell(params string[] arguments) => Run(arguments).AssertWell();

    public static TestProcess Start((string Name, string Value)[] environment, params string[] arguments) =>
        new([Repository.PathOf("rinha"), .. arguments], environment, Repository.Root);
}
