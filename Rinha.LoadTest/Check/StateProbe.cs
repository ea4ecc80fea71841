using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>Asks for every client's statement, one after the other, while nothing else is under way.</summary>
internal sealed class StateProbe : IDriver, IConnectionOwner
{
    private const long IdleNs = 10_000_000;

    private readonly List<long> _balancesCents = [];
    private readonly List<StatementLine> _lines = [];
    private readonly RetryQueue _retries;
    private readonly RequestWriter _writer;
    private readonly Connection _connection;

    private bool _isAsking;

    private StateProbe(EventLoop loop, TimeSpan? retryFor)
    {
        _retries = new RetryQueue(retryFor);
        _writer = new RequestWriter(loop.Target.Host, LoadRun.UserAgent);
        _connection = loop.Rent(this);
    }

    /// <inheritdoc/>
    public bool IsDone => _balancesCents.Count == RequestSequence.Clients || Failure is not null;

    private string? Failure { get; set; }

    /// <summary>Asks.</summary>
    /// <param name="loop">The connections.</param>
    /// <param name="retryFor">How long to ask again when there is no answer.</param>
    /// <param name="failure">Why there is no state, when there is none.</param>
    public static LedgerState? Read(EventLoop loop, TimeSpan? retryFor, out string? failure)
    {
        var probe = new StateProbe(loop, retryFor);
        loop.Run(probe);
        loop.Return(probe._connection);
        failure = probe.Failure;
        return failure is null
            ? new LedgerState(probe._balancesCents) { ListsNothing = probe._lines.Count == 0 }
            : null;
    }

    /// <inheritdoc/>
    public long OnTick(long nowNs)
    {
        _retries.SendDue(nowNs);
        if (!_isAsking)
        {
            _isAsking = true;
            _connection.Send(_writer.WriteStatement(_balancesCents.Count + 1, _connection.RequestBuffer), nowNs);
        }

        return Math.Min(nowNs + IdleNs, _retries.NextDueNs);
    }

    /// <inheritdoc/>
    public void OnAnswer(Connection connection, in Answer answer)
    {
        if (answer.Status == 200
            && BankAnswer.TryReadStatementHead(answer.Body, out _, out var balanceCents)
            && BankAnswer.TryReadEntries(answer.Body, _lines))
        {
            _balancesCents.Add(balanceCents);
            _isAsking = false;
        }
        else if (answer.Status == 200
            || !_retries.TryAdd(connection, FailureKind.UnexpectedStatus, answer.Status, answer.CompletedAtNs))
        {
            Failure = AnswerJudge.Describe(Operation.Statement, answer.Status, answer.Body);
        }
    }

    /// <inheritdoc/>
    public void OnFailure(Connection connection, FailureKind kind)
    {
        if (!_retries.TryAdd(connection, kind, status: 0, Clock.NowNs))
        {
            Failure = kind.ToString();
        }
    }
}
