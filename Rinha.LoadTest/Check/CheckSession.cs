using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;
using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Check;

// A correctness run: reads the balances of all accounts it uses, runs the load, checks read-your-writes, reads the
// balances again, then applies the oracle's checks. With a ledger source the oracle also compares the ledger's rows.
// Blocks its caller until done.
internal sealed class CheckSession(Target target, LoadSession session, ILedgerSource? ledger)
{
    private const int ReadYourWritesRounds = 2_000;

    public RunReport? Run(LoadOptions options, out string? failure)
    {
        if (ReadBalances(options, out failure) is not { } before)
        {
            return null;
        }

        var wasEmpty = ledger is not null && LedgerRows.Read(ledger).IsEmpty;
        var log = new TransactionLog(keepsStatements: ledger is null);
        using var pages = ledger is null ? null : new PageReader(target, options);
        var report = session.Run(options with { DistinctTexts = true }, log);
        using var loop = new EventLoop(target, options.RequestTimeout, options.ConnectTimeout);
        var readYourWrites = new ReadYourWritesRun(loop, options, ReadYourWritesRounds, log);
        loop.Run(readYourWrites);
        pages?.StopInto(log);
        if (ReadBalances(options, out failure) is not { } after)
        {
            return null;
        }

        List<CheckResult> checks =
        [
            log.WellFormed.ToResult(),
            log.WithinLimit.ToResult(),
            log.ConstantLimit.ToResult(),
            .. ledger is null ? StatementChecks.Run(log) : [],
            readYourWrites.Result,
            Oracle.Balances(log, before, after),
            .. ledger is null ? [] : Oracle.Rows([log], LedgerRows.Read(ledger), isComplete: wasEmpty),
        ];

        return report with
        {
            Check = new CheckReport(log.Acknowledged, log.Refused, log.Unknown, checks)
            {
                Unavailable = log.Unavailable,
            },
        };
    }

    // In cents, client 1 first, while no request is in flight.
    private List<long>? ReadBalances(LoadOptions options, out string? failure)
    {
        var balancesCents = new List<long>();
        for (var clientId = 1; clientId <= options.Accounts; clientId++)
        {
            var answer = GetStatement(clientId, options);
            var body = Encoding.UTF8.GetBytes(answer.Body);
            if (answer.Status != 200 || !BankAnswer.TryReadStatementHead(body, out _, out var balanceCents))
            {
                failure = $"client {clientId}: " + (answer.Status == 0
                    ? "the statement request got no answer"
                    : BankAnswer.Describe(Operation.Statement, answer.Status, body));
                return null;
            }

            balancesCents.Add(balanceCents);
        }

        failure = null;
        return balancesCents;
    }

    private RawAnswer GetStatement(int clientId, LoadOptions options)
    {
        var since = Stopwatch.StartNew();
        for (var retries = 0; true; retries++)
        {
            var answer = RawAnswer.Ask(target, "GET", $"/clientes/{clientId}/extrato", timeout: options.RequestTimeout);
            var pause = TimeSpan.FromMicroseconds(RetryQueue.BackoffNs(retries) / 1e3);
            if (answer.Status is > 0 and < 500 || since.Elapsed + pause > (options.RetryFor ?? TimeSpan.Zero))
            {
                return answer;
            }

            Thread.Sleep(pause);
        }
    }
}

// Checks read-your-writes without other load. Each round posts one transaction and, once it is acknowledged, requests
// four statements concurrently over other connections, so that every instance serves some. Each statement must list the
// transaction first and show the balance it left.
internal sealed class ReadYourWritesRun : IDriver, IConnectionOwner
{
    private const int Readers = 4;
    private const long IdleNs = 10_000_000;

    private readonly CheckCounter _visible = new("an acknowledged write is visible at once on every connection");
    private readonly RequestSequence _sequence;
    private readonly RequestWriter _writer;
    private readonly RetryQueue _retries;
    private readonly TransactionLog _log;
    private readonly Connection _poster;
    private readonly Connection[] _readers;
    private readonly List<StatementLine> _lines = [];
    private readonly byte[] _text = new byte[TextCode.Length];
    private int _roundsLeft;
    private int _pendingStatements;
    private bool _isPosting;
    private long _balanceCents;
    private RequestPlan _plan;

    public ReadYourWritesRun(EventLoop loop, LoadOptions options, int rounds, TransactionLog log)
    {
        _roundsLeft = rounds;
        _log = log;
        // Credits only: the bank never refuses one.
        _sequence = new RequestSequence(
            new Mix(0, 1, 0), options.Seed + 1, distinctTexts: true, options.Accounts);
        _writer = new RequestWriter(loop.Target.Host, LoadRun.UserAgent, options.HasKeys);
        _retries = new RetryQueue(options.RetryFor);
        _poster = loop.Rent(this);
        _readers = [.. Enumerable.Range(0, Readers).Select(_ => loop.Rent(this))];
    }

    public bool IsDone => _roundsLeft <= 0 && _pendingStatements == 0 && !_isPosting;

    public CheckResult Result => _visible.ToResult();

    public long OnTick(long nowNs)
    {
        _retries.SendDue(nowNs);
        if (_roundsLeft > 0 && _pendingStatements == 0 && !_isPosting)
        {
            _roundsLeft--;
            _isPosting = true;
            _plan = _sequence.Next();
            _poster.Send(_writer.Write(_plan, _poster.RequestBuffer), nowNs);
        }

        return Math.Min(nowNs + IdleNs, _retries.NextDueNs);
    }

    public void OnAnswer(Connection connection, in Answer answer)
    {
        if (connection == _poster)
        {
            OnPosted(answer);
            return;
        }

        if (answer.Status != 200 && TryScheduleRetry(connection, FailureKind.UnexpectedStatus, answer.Status))
        {
            return;
        }

        _pendingStatements--;
        if (answer.Status == 200)
        {
            _log.OnAnswer(new RequestPlan(Operation.Statement, _plan.ClientId, 0, 0), answer);
        }

        _lines.Clear();
        var isVisible = answer.Status == 200
            && BankAnswer.TryReadStatementHead(answer.Body, out _, out var balanceCents)
            && balanceCents == _balanceCents
            && BankAnswer.TryReadEntries(answer.Body, _lines)
            && _lines.Count > 0
            && _lines[0].Text == Encoding.ASCII.GetString(_text);
        var example = isVisible ? "" : BankAnswer.Describe(Operation.Statement, answer.Status, answer.Body);
        _visible.Check(isVisible, () => $"after a balance of {_balanceCents}: {example}");
    }

    public void OnFailure(Connection connection, FailureKind kind)
    {
        var isPost = connection == _poster;
        if (isPost)
        {
            _log.OnFailure(_plan, kind, new Answer(0, [], Clock.NowNs, connection.StartedAtNs));
        }

        if (!TryScheduleRetry(connection, kind, status: 0))
        {
            _isPosting &= !isPost;
            _pendingStatements -= isPost ? 0 : 1;
            _visible.Check(false, () => kind.ToString());
        }
    }

    private bool TryScheduleRetry(Connection connection, FailureKind kind, int status) =>
        _retries.TryAdd(connection, kind, status, Clock.NowNs);

    private void OnPosted(in Answer answer)
    {
        if (answer.Status != 200)
        {
            _log.OnFailure(_plan, FailureKind.UnexpectedStatus, answer);
            _isPosting = TryScheduleRetry(_poster, FailureKind.UnexpectedStatus, answer.Status);
            return;
        }

        _isPosting = false;
        _log.OnAnswer(_plan, answer);
        _ = BankAnswer.TryReadTransaction(answer.Body, out _, out _balanceCents);
        TextCode.Write(_plan.Text, _text);
        _pendingStatements = Readers;
        foreach (var reader in _readers)
        {
            reader.Send(_writer.WriteStatement(_plan.ClientId, reader.RequestBuffer), answer.CompletedAtNs);
        }
    }
}
