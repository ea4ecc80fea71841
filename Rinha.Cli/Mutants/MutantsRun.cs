using System.IO.Enumeration;
using Rinha.Stack;

namespace Rinha.Cli.Mutants;

// chaos --mutants: builds the server with all mutants once, and runs with each of them what must see it.
internal sealed class MutantsRun(IReadOnlyList<string> only, IReadOnlyList<string> except, bool isShort, bool installs)
{
    // A mutant that makes its detector hang is caught too. Without a mutant the first one builds everything.
    private const int LimitS = 180;
    private const int BuildLimitS = 1800;

    public int Run()
    {
        var chosen = Choose();
        MutantCopy.Write(chosen);
        foreach (var detector in chosen.Select(mutant => mutant.Detector).Distinct())
        {
            var (passes, time) = Run(detector, "");
            Console.Error.WriteLine($"without a mutant  {time.TotalSeconds,5:F1} s  {detector.Name}");
            if (!passes)
            {
                throw new StackException($"{detector.Name} fails without a mutant (see above)");
            }
        }

        var caught = 0;
        Console.WriteLine($"{"mutant",-44} {"caught by",-60} {"after",7}");
        foreach (var mutant in chosen)
        {
            var (passes, time) = Run(mutant.Detector, mutant.Name);
            caught += passes ? 0 : 1;
            var by = (passes ? "NOT by " : "") + mutant.Detector.Name;
            Console.WriteLine($"{mutant.Name,-44} {by,-60} {time.TotalSeconds,5:F1} s");
        }

        Console.WriteLine($"{caught} of {chosen.Count} caught");
        return caught == chosen.Count ? Exit.Success : Exit.Failure;
    }

    private List<Mutant> Choose()
    {
        if (only.Concat(except).FirstOrDefault(name => !MutantTable.All.Any(mutant => IsNamed(mutant, name)))
            is { } unknown)
        {
            throw new UsageException($"no mutant '{unknown}'; Rinha.Cli/Mutants lists them");
        }

        return [.. MutantTable.All.Where(mutant => !except.Any(name => IsNamed(mutant, name))
            && (only.Count == 0 ? !isShort || mutant.IsInShort : only.Any(name => IsNamed(mutant, name))))];
    }

    private static bool IsNamed(Mutant mutant, string name) =>
        FileSystemName.MatchesSimpleExpression(name, mutant.Name, ignoreCase: false);

    private (bool Passes, TimeSpan Time) Run(Detector detector, string mutant)
    {
        string[] limits = ["timeout", "--kill-after=10", $"{(mutant.Length == 0 ? BuildLimitS : LimitS)}"];
        string[] agreed = installs ? ["CI=true"] : [];
        var watch = Stopwatch.StartNew();
        var passes = true;
        foreach (var verb in detector.Verbs)
        {
            var result = Tool.Run(
                [
                    "env", $"{MutantCopy.Variable}={mutant}", "RunAnalyzers=false", .. agreed, .. limits,
                    Path.Combine(MutantCopy.Root, "rinha"), .. verb,
                ],
                directory: MutantCopy.Root);
            passes &= result.Succeeded;
            if (!result.Succeeded && mutant.Length == 0)
            {
                Console.Error.WriteLine(result.Output + result.Error);
            }
        }

        return (passes, watch.Elapsed);
    }
}
