using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

/// <summary>
/// A run for correctness: the state before, load with every transaction remembered, read-your-writes rounds, the state
/// after, and then the oracle.
/// </summary>
/// <param name="target">The server.</param>
/// <param name="session">Carries out the load.</param>
/// <param name="ledger">Where the ledger is, to look into it as well; <see langword="null"/> to stay outside.</param>
internal sealed class CheckSession(Target target, LoadSession session, ILedgerPlace? ledger)
{
    private const int ReadYourWritesRounds = 2_000;

    /// <summary>Runs on the calling thread until everything is checked.</summary>
    /// <param name="options">The load; its texts are made distinct.</param>
    /// <param name="failure">Why nothing could be checked, when nothing could.</param>
    public RunReport? Run(LoadOptions options, out string? failure)
    {
        using var loop = new EventLoop(target, options.RequestTimeout, options.ConnectTimeout);
        if (StateProbe.Read(loop, options.RetryFor, out failure) is not { } before)
        {
            return null;
        }

        var log = new TransactionLog();
        var report = session.Run(options with { DistinctTexts = true }, log);
        var readYourWrites = new ReadYourWritesRun(loop, options, ReadYourWritesRounds, log);
        loop.Run(readYourWrites);
        if (StateProbe.Read(loop, options.RetryFor, out failure) is not { } after)
        {
            return null;
        }

        List<CheckResult> checks =
        [
            log.Readable.ToResult(),
            log.WithinLimit.ToResult(),
            log.SameLimit.ToResult(),
            .. StatementChecks.Run(log),
            readYourWrites.Result,
            Oracle.Balances(log, before, after),
        ];
        if (ledger is not null)
        {
            checks.AddRange(Oracle.Rows(log, LedgerRows.Read(ledger), before.IsEmpty));
        }

        return report with
        {
            Check = new CheckReport(log.Acknowledged.Count, log.Refused.Count, log.Unknown.Count, checks)
            {
                Unavailable = log.Unavailable.Count,
            },
        };
    }
}
