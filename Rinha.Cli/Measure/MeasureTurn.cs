using Rinha.Stack;

namespace Rinha.Cli.Measure;

/// <summary>One turn of the load on one stack: figures by name, in the order in which they are shown.</summary>
internal static class MeasureTurn
{
    private const double MicrosecondsPerSecond = 1e6;
    private const double MillisecondsPerSecond = 1e3;
    private const double BytesPerMebibyte = 1024 * 1024;

    /// <summary>Takes one.</summary>
    /// <exception cref="StackException">The load tester failed, or nothing was answered.</exception>
    public static IReadOnlyDictionary<string, double> Take(
        DataDirectory data, int port, MeasureLoad load, int accounts)
    {
        var stack = StackInstance.Read(data) ?? throw new StackException($"no stack on {data.FullPath}");
        var before = Count(stack);
        using var report = Load(port, load, accounts);
        var after = Count(StackInstance.Read(data) ?? stack);

        var summary = report.RootElement.GetProperty("summary");
        var completed = summary.GetProperty("completed").GetDouble();
        if (completed == 0)
        {
            throw new StackException($"not one request was answered on port {port}");
        }

        var latency = report.RootElement.GetProperty("latency");
        var figures = new Dictionary<string, double>
        {
            ["requestsPerSecond"] = completed / report.RootElement.GetProperty("duration").GetDouble(),
            ["failed"] = summary.GetProperty("failed").GetDouble(),
        };
        foreach (var (name, member) in MeasureReport.Latencies)
        {
            figures[name] = latency.GetProperty(member).GetDouble() * MillisecondsPerSecond;
        }

        foreach (var name in stack.State.Layout.Processes)
        {
            figures[MeasureReport.CpuOf(name)] = (after[name].Cpu - before[name].Cpu) / completed;
            figures[MeasureReport.ThrottledOf(name)] = after[name].Throttled - before[name].Throttled;
            figures[MeasureReport.MemoryOf(name)] = stack.ResidentBytesOf(name) / BytesPerMebibyte;
        }

        return figures;
    }

    private static Dictionary<string, (double Cpu, double Throttled)> Count(StackInstance stack) =>
        stack.State.Layout.Processes.ToDictionary(
            name => name,
            name => (
                (double)stack.CpuMicrosecondsOf(name),
                (double)(stack.State.Cgroup?.ThrottledPeriodsOf(name) ?? 0)));

    private static JsonDocument Load(int port, MeasureLoad load, int accounts)
    {
        var result = Tool.Run(
        [
            Repository.LoadTester, "load", $"http://127.0.0.1:{port}", "-c", Text(load.Connections), "-d",
            $"{load.Seconds}s", "--accounts", Text(accounts), .. load.Flags, "--quiet", "-o", "json",
        ]);
        return result.Succeeded
            ? JsonDocument.Parse(result.Output)
            : throw new StackException($"the load tester failed: {result.LastLine}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
