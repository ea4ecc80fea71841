using Rinha.Stack;

namespace Rinha.Cli.Mutants;

// chaos --mutants: builds the server with all mutants once, and runs with each of them what must see it.
internal static class MutantsRun
{
    // A mutant that makes its detector hang is caught too. Without a mutant the first one builds everything.
    private const int LimitS = 180;
    private const int BuildLimitS = 1800;

    public static int Run(IReadOnlyList<string> only, bool isShort)
    {
        var chosen = Choose(only, isShort);
        MutantCopy.Write(chosen);
        foreach (var detector in chosen.Select(mutant => mutant.Detector).Distinct())
        {
            var (isSilent, time) = IsSilent(detector, "");
            Console.Error.WriteLine($"without a mutant  {time.TotalSeconds,5:F1} s  {detector.Name}");
            if (!isSilent)
            {
                throw new StackException($"{detector.Name} fails without a mutant (see above)");
            }
        }

        var caught = 0;
        Console.WriteLine($"{"mutant",-44} {"caught by",-60} {"after",7}");
        foreach (var mutant in chosen)
        {
            var (isSilent, time) = IsSilent(mutant.Detector, mutant.Name);
            caught += isSilent ? 0 : 1;
            Console.WriteLine($"{mutant.Name,-44} {(isSilent ? "NOT by " : "") + mutant.Detector.Name,-60} " +
                $"{time.TotalSeconds,5:F1} s");
        }

        Console.WriteLine($"{caught} of {chosen.Count} caught");
        return caught == chosen.Count ? Exit.Success : Exit.Failure;
    }

    private static List<Mutant> Choose(IReadOnlyList<string> only, bool isShort) =>
        only.FirstOrDefault(name => !MutantTable.All.Any(mutant => Names(name, mutant))) is { } unknown
            ? throw new UsageException(
                $"no mutant '{unknown}'; known: {string.Join(", ", MutantTable.All.Select(mutant => mutant.Name))}")
            : MutantTable.All.Where(mutant =>
                only.Count == 0 ? !isShort || mutant.IsInShort : only.Any(name => Names(name, mutant))).ToList();

    private static bool Names(string name, Mutant mutant) => name.EndsWith('*')
        ? mutant.Name.StartsWith(name[..^1], StringComparison.Ordinal)
        : mutant.Name == name;

    private static (bool IsSilent, TimeSpan Time) IsSilent(Detector detector, string mutant)
    {
        var watch = Stopwatch.StartNew();
        var isSilent = true;
        foreach (var verb in detector.Verbs)
        {
            var result = Tool.Run(
                [
                    "env", $"{MutantCopy.Variable}={mutant}", "CI=true", "RunAnalyzers=false", "timeout",
                    "--kill-after=10", $"{(mutant.Length == 0 ? BuildLimitS : LimitS)}",
                    Path.Combine(MutantCopy.Root, "rinha"), .. verb,
                ],
                directory: MutantCopy.Root);
            isSilent &= result.Succeeded;
            if (!result.Succeeded && mutant.Length == 0)
            {
                Console.Error.WriteLine(result.Output + result.Error);
            }
        }

        return (isSilent, watch.Elapsed);
    }
}
