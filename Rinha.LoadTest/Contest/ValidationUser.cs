using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Contest;

/// <summary>
/// One of the five users of <c>criteriosClientes</c>: fourteen requests for one client in a row, on one connection
/// but for the four statements that are asked for at once.
/// </summary>
internal sealed class ValidationUser(ContestRun run, int clientId, long limitCents)
{
    private const int StatementsAtOnce = 4;

    private static readonly string[] s_invalidBodies =
    [
        """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""",
        """{"valor": 1, "tipo": "x", "descricao": "devolve"}""",
        """{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""",
        """{"valor": 1, "tipo": "c", "descricao": ""}""",
        """{"valor": 1, "tipo": "c", "descricao": null}""",
    ];

    private int _step;
    private int _statementsOpen;
    private Connection? _main;
    private (long LimitCents, long BalanceCents)? _saved;

    /// <summary>Takes the first, or the next, step over the user's own connection.</summary>
    public void Advance(Connection connection)
    {
        _main = connection;
        _step++;
        switch (_step)
        {
            case 1:
                GetStatement(connection, answer =>
                    answer.HasStatus(200) ?? answer.HasLimit(limitCents) ?? answer.HasBalance(0));
                break;
            case 2:
                Post(connection, Operation.Credit, "toma"u8);
                break;
            case 3:
                Post(connection, Operation.Debit, "devolve"u8);
                break;
            case 4:
                GetStatement(connection, answer =>
                    answer.HasStatus(200) ?? answer.HasNewest(("devolve", "d"), ("toma", "c")));
                break;
            case 5:
                Post(connection, Operation.Credit, "danada"u8);
                break;
            case 6 when _saved is { } saved:
                GetStatementsAtOnce(connection, saved.LimitCents, saved.BalanceCents);
                break;
            case 6:
                // The official simulation leaves the four out when the transaction before failed.
                Advance(connection);
                break;
            case var step when step - 7 < s_invalidBodies.Length:
                var body = Encoding.UTF8.GetBytes(s_invalidBodies[step - 7]);
                var length = run.Writer.WritePost(clientId, body, connection.RequestBuffer);
                Send(connection, length, static answer => answer.HasStatus(422, 400));
                break;
            default:
                run.End(connection);
                break;
        }
    }

    /// <summary>One of the user's requests is over, one way or the other.</summary>
    public void OnDone(Connection connection)
    {
        if (_statementsOpen > 0)
        {
            _statementsOpen--;
            if (connection != _main)
            {
                run.Release(connection);
            }

            if (_statementsOpen > 0)
            {
                return;
            }
        }

        Advance(_main!);
    }

    private void GetStatement(Connection connection, Func<Answer, string?> check) =>
        Send(connection, run.Writer.WriteStatement(clientId, connection.RequestBuffer), check);

    private void GetStatementsAtOnce(Connection connection, long savedLimitCents, long savedBalanceCents)
    {
        _statementsOpen = StatementsAtOnce;
        for (var index = 0; index < StatementsAtOnce; index++)
        {
            GetStatement(index == 0 ? connection : run.Rent(), answer => answer.HasStatus(200)
                ?? answer.HasNewest(("danada", "c"))
                ?? answer.HasLimit(savedLimitCents)
                ?? answer.HasBalance(savedBalanceCents));
        }
    }

    private void Post(Connection connection, Operation operation, ReadOnlySpan<byte> text) =>
        Send(
            connection,
            run.Writer.WriteTransaction(clientId, 1, operation, text, connection.RequestBuffer),
            answer =>
            {
                var failure = Expectation.Credit(answer);
                _saved = failure is null && BankAnswer.TryReadTransaction(answer.Body, out var limit, out var balance)
                    ? (limit, balance)
                    : null;
                return failure;
            });

    private void Send(Connection connection, int length, Func<Answer, string?> check) =>
        run.Send(connection, this, Scenario.Validations, check, length);
}
