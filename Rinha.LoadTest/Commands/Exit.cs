using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Commands;

// How the program ends: 0 all well, 1 something was found wrong, 2 the command line is wrong.
internal static class Exit
{
    public const int Success = 0;

    private const int Failure = 1;
    private const int BadArguments = 2;

    // Says in one line what is wrong with the command line.
    public static int Refuse(string reason) => Say(reason, BadArguments);

    public static int Fail(string reason) => Say(reason, Failure);

    // Says that nobody listens, and how to change that.
    public static int NoServer(Target target) =>
        Fail($"no server answers at {target.Url}; start one with: ./rinha run --detach");

    private static int Say(string reason, int code)
    {
        Console.Error.WriteLine($"Rinha.LoadTest: {reason.ReplaceLineEndings(" ")}");
        return code;
    }
}
