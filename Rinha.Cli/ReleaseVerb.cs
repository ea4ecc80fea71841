using Rinha.Stack.Builds;

namespace Rinha.Cli;

// release: an archive and a Debian package of the checkout's commit.
internal static class ReleaseVerb
{
    private static readonly Option<string> s_arch = new Option<string>("--arch")
    {
        Description = "The architecture: x64 or arm64 (default: this machine's). arm64 is also built on x64.",
        DefaultValueFactory = _ => Publisher.Runtime["linux-".Length..],
    }.AcceptOnlyFromAmong("x64", "arm64");

    private static readonly Option<string> s_out = new("--out")
    {
        Description = "The directory of the two files.",
        DefaultValueFactory = _ => "artifacts/release",
    };

    public static Command Create() => Arguments.Verb(
        "release", "Make an archive and a Debian package of this commit's server and load tester.", Run, s_arch, s_out,
        Arguments.Yes);

    private static int Run(ParseResult parsed)
    {
        var release = new Release(
            parsed.GetRequiredValue(s_arch),
            Path.GetFullPath(parsed.GetRequiredValue(s_out)),
            Console.WriteLine,
            Arguments.Packages(parsed, Console.WriteLine));
        release.Make();
        Console.WriteLine(release.Archive);
        Console.WriteLine(release.Package);
        return Exit.Success;
    }
}
