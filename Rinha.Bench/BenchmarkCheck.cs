using System.Reflection;
using BenchmarkDotNet.Running;

namespace Rinha.Bench;

/// <summary>
/// Runs every benchmark once, in this process and without measuring: its setup, in which it asserts its answers, the
/// benchmark itself, its cleanup.
/// </summary>
internal static class BenchmarkCheck
{
    /// <summary>Runs those whose name contains the text; a line each.</summary>
    /// <returns>0 when there are any and all of them are well, otherwise 1.</returns>
    public static int Run(string text)
    {
        var watch = Stopwatch.StartNew();
        var cases = typeof(BenchmarkCheck).Assembly.GetTypes()
            .Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkAttribute))))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .SelectMany(type => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases)
            .Where(one => FullNameOf(one).Contains(text, StringComparison.OrdinalIgnoreCase))
            .ToList();
        var failed = cases.Count(one => !TryRun(one));
        Console.WriteLine($"{cases.Count - failed} right, {failed} wrong, {watch.Elapsed.TotalSeconds:F1} s");
        if (cases.Count == 0)
        {
            Console.Error.WriteLine($"Rinha.Bench: no benchmark has '{text}' in its name");
        }

        return cases.Count > 0 && failed == 0 ? 0 : 1;
    }

    private static bool TryRun(BenchmarkCase one)
    {
        try
        {
            RunOnce(one);
            Console.WriteLine($"ok - {NameOf(one)}");
            return true;
        }
        catch (TargetInvocationException error)
        {
            Console.WriteLine($"not ok - {NameOf(one)}: {error.InnerException}");
            return false;
        }
    }

    private static void RunOnce(BenchmarkCase one)
    {
        var instance = Activator.CreateInstance(one.Descriptor.Type)!;
        foreach (var parameter in one.Parameters.Items)
        {
            one.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        try
        {
            one.Descriptor.GlobalSetupMethod?.Invoke(instance, null);
            one.Descriptor.IterationSetupMethod?.Invoke(instance, null);
            one.Descriptor.WorkloadMethod.Invoke(instance, null);
        }
        finally
        {
            one.Descriptor.GlobalCleanupMethod?.Invoke(instance, null);
        }
    }

    // What BenchmarkDotNet's filter looks at.
    private static string FullNameOf(BenchmarkCase one) => $"{one.Descriptor.Type.Namespace}.{NameOf(one)}";

    private static string NameOf(BenchmarkCase one) =>
        $"{one.Descriptor.Type.Name}.{one.Descriptor.WorkloadMethod.Name}"
        + (one.Parameters.Count == 0 ? "" : $"({one.Parameters.PrintInfo})");
}
