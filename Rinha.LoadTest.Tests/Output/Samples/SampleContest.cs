using Rinha.LoadTest.Http;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Tests.Output.Samples;

/// <summary>Runs of the contest's own load, with its scenarios under its names.</summary>
internal static class SampleContest
{
    private const int Seconds = 244;

    /// <summary>A run without fines.</summary>
    public static RunReport Good()
    {
        var operations = Operations();
        var total = operations.Sum(operation => operation.Completed);
        return SampleReports.Open() with
        {
            TargetRate = null,
            Duration = Seconds,
            WarmUp = 0,
            Summary = new SummaryReport(
                total,
                total,
                0,
                total / (double)Seconds,
                1,
                new Dictionary<int, long> { [200] = total - 2_901, [404] = 1, [422] = 2_900 }),
            Operations = operations,
            Failures = [],
            Series = SampleSeries.Of(Seconds, 252, 0.0006),
            Contest = new ContestReport(1, 0, 0, 0, 100_000, []),
        };
    }

    /// <summary>A run that was late and wrong.</summary>
    public static RunReport Fined() => Good() with
    {
        Summary = Good().Summary with { Completed = 61_500, Failed = 3, SuccessShare = 61_500 / 61_503.0 },
        Failures =
        [
            new FailureReport(FailureKind.WrongAnswer, 3, "validações: jmesPath(ultimas_transacoes[0].valor) found 0"),
        ],
        Contest = new ContestReport(
            0.953,
            2_700,
            3,
            2_409.03,
            94_890.97,
            [
                new FailedCheckReport(
                    "validações", "jmesPath(ultimas_transacoes[0].valor).find.is(1), but actually found 0", 2),
                new FailedCheckReport(
                    "validação concorrência saldo - -25",
                    "jmesPath(saldo.total).find.is(-25), but actually found -24",
                    1),
            ]),
    };

    private static OperationReport[] Operations() =>
    [
        Of("validação concorrência transações - d", 25),
        Of("validação concorrência saldo - -25", 1),
        Of("validação concorrência transações - c", 25),
        Of("validação concorrência saldo - 0", 1),
        Of("validações", 60),
        Of("validação HTTP 404", 1),
        SampleOperations.Of("débitos", 39_710, Seconds, 0.0007, corrected: true, refused: 2_850),
        Of("créditos", 19_870),
        Of("extratos", 1_810),
    ];

    private static OperationReport Of(string name, long count) =>
        SampleOperations.Of(name, count, Seconds, 0.0006, corrected: true);
}
