using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>Asks for every client's statement, one after the other, while nothing else is under way.</summary>
internal sealed class StateProbe : IDriver, IConnectionOwner
{
    private const long IdleNs = 10_000_000;

    private readonly List<long> _balancesCents = [];
    private readonly RequestWriter _writer;
    private readonly Connection _connection;

    private StateProbe(EventLoop loop)
    {
        _writer = new RequestWriter(loop.Target.Host, LoadRun.UserAgent, RequestSequence.Clients);
        _connection = loop.Rent(this);
    }

    /// <inheritdoc/>
    public bool IsDone => _balancesCents.Count == RequestSequence.Clients || Failure is not null;

    private string? Failure { get; set; }

    /// <summary>Asks.</summary>
    /// <param name="loop">The connections.</param>
    /// <param name="failure">Why there is no state, when there is none.</param>
    public static LedgerState? Read(EventLoop loop, out string? failure)
    {
        var probe = new StateProbe(loop);
        loop.Run(probe);
        loop.Return(probe._connection);
        failure = probe.Failure;
        return failure is null ? new LedgerState(probe._balancesCents) : null;
    }

    /// <inheritdoc/>
    public long OnTick(long nowNs)
    {
        if (!_connection.IsBusy)
        {
            _connection.Send(_writer.WriteStatement(_balancesCents.Count + 1, _connection.RequestBuffer), nowNs);
        }

        return nowNs + IdleNs;
    }

    /// <inheritdoc/>
    public void OnAnswer(Connection connection, in Answer answer)
    {
        if (answer.Status == 200 && BankAnswer.TryReadStatementHead(answer.Body, out _, out var balanceCents))
        {
            _balancesCents.Add(balanceCents);
        }
        else
        {
            Failure = AnswerJudge.Describe(Operation.Statement, answer.Status, answer.Body);
        }
    }

    /// <inheritdoc/>
    public void OnFailure(Connection connection, FailureKind kind) => Failure = kind.ToString();
}
