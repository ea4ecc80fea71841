using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Output.Samples;

/// <summary>The operations of a sample.</summary>
internal static class SampleOperations
{
    /// <summary>The mix's operations before any request.</summary>
    public static IReadOnlyList<OperationReport> Nothing { get; } =
        [.. new[] { "débito", "crédito", "extrato" }.Select(name =>
            new OperationReport(name, 0, 0, 0, new Dictionary<int, long>(), SampleLatency.None, null))];

    /// <summary>Debits, credits and statements, 22 : 11 : 1.</summary>
    public static IReadOnlyList<OperationReport> OfMix(long total, int seconds, bool corrected) =>
    [
        Of("débito", total * 22 / 34, seconds, 0.000_8, corrected, refused: total / 20, failed: corrected ? 50 : 0),
        Of("crédito", total * 11 / 34, seconds, 0.000_75, corrected, failed: corrected ? 12 : 0),
        Of("extrato", total / 34, seconds, 0.000_6, corrected, failed: corrected ? 4 : 0),
    ];

    public static OperationReport Of(
        string name, long total, int seconds, double scale, bool corrected, long refused = 0, long failed = 0) => new(
        name,
        total - failed,
        failed,
        (total - failed) / (double)seconds,
        refused > 0
            ? new Dictionary<int, long> { [200] = total - failed - refused, [422] = refused }
            : new Dictionary<int, long> { [200] = total - failed },
        new SampleLatency(total - failed, 0.000_2, scale, 0.4).ToReport(),
        corrected ? new SampleLatency(total - failed, 0.000_2, scale, 0.3).ToReport() : null);
}
