using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

/// <summary>The balances of all clients at a moment when nothing was under way, in cents, client 1 first.</summary>
internal sealed record LedgerState(IReadOnlyList<long> BalancesCents)
{
    /// <summary>Whether no client's statement listed a transaction.</summary>
    public bool ListsNothing { get; init; }

    /// <summary>Whether nothing was ever posted.</summary>
    public bool IsEmpty => ListsNothing && BalancesCents.All(balanceCents => balanceCents == 0);
}

/// <summary>
/// A run for correctness: the state before, load with every transaction remembered, read-your-writes rounds, the state
/// after, and then the oracle.
/// </summary>
/// <param name="ledger">Where the ledger is, to look into it as well; <see langword="null"/> to stay outside.</param>
internal sealed class CheckSession(Target target, LoadSession session, ILedgerPlace? ledger)
{
    private const int ReadYourWritesRounds = 2_000;

    /// <summary>Runs on the calling thread until everything is checked.</summary>
    /// <param name="options">The load; its texts are made distinct.</param>
    /// <param name="failure">Why nothing could be checked, when nothing could.</param>
    public RunReport? Run(LoadOptions options, out string? failure)
    {
        if (ReadState(options, out failure) is not { } before)
        {
            return null;
        }

        var log = new TransactionLog();
        var report = session.Run(options with { DistinctTexts = true }, log);
        using var loop = new EventLoop(target, options.RequestTimeout, options.ConnectTimeout);
        var readYourWrites = new ReadYourWritesRun(loop, options, ReadYourWritesRounds, log);
        loop.Run(readYourWrites);
        if (ReadState(options, out failure) is not { } after)
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

    // Every client's statement, one after the other, while nothing else is under way.
    private LedgerState? ReadState(LoadOptions options, out string? failure)
    {
        var balancesCents = new List<long>();
        var lines = new List<StatementLine>();
        for (var clientId = 1; clientId <= RequestSequence.Clients; clientId++)
        {
            var answer = AskForStatement(clientId, options);
            var body = Encoding.UTF8.GetBytes(answer.Body);
            if (answer.Status != 200
                || !BankAnswer.TryReadStatementHead(body, out _, out var balanceCents)
                || !BankAnswer.TryReadEntries(body, lines))
            {
                failure = answer.Status == 0
                    ? "no answer to a statement"
                    : BankAnswer.Describe(Operation.Statement, answer.Status, body);
                return null;
            }

            balancesCents.Add(balanceCents);
        }

        failure = null;
        return new LedgerState(balancesCents) { ListsNothing = lines.Count == 0 };
    }

    private RawAnswer AskForStatement(int clientId, LoadOptions options)
    {
        var since = Stopwatch.StartNew();
        for (var retries = 0; true; retries++)
        {
            var answer = RawAnswer.Ask(target, "GET", $"/clientes/{clientId}/extrato", timeout: options.RequestTimeout);
            var pause = TimeSpan.FromMicroseconds(RetryQueue.PauseNs(retries) / 1e3);
            if (answer.Status is > 0 and < 500 || since.Elapsed + pause > (options.RetryFor ?? TimeSpan.Zero))
            {
                return answer;
            }

            Thread.Sleep(pause);
        }
    }
}
