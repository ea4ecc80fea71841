using Rinha.LoadTest.Http;
using Rinha.LoadTest.Progress;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Contest;

// The official simulation: the validation scenarios one by one, each starting on a one-second tick, then the load. Each
// virtual user opens and closes its own connection; connecting is part of the measured time. ContestLog judges and
// counts. Runs on the event loop's thread.
internal sealed class ContestRun(
    EventLoop loop, ContestOptions options, ContestLog log, RunControl control, LivePublisher? live)
    : IDriver, IConnectionOwner
{
    private const int OpeningUsers = 25;
    private const long TickNs = 1_000_000_000;
    private const long NanosecondsPerMs = 1_000_000;
    private const int UnknownClientId = 6;
    private const int AmountCentsMax = 10_000;
    private const string UserAgent = "Agente do Caos - 2024/Q1";

    private static readonly long[] s_limitsCents = [100_000, 80_000, 1_000_000, 10_000_000, 500_000];

    private readonly Random _random = new(options.Seed);
    private readonly List<Exchange> _exchanges = [];
    private int _stage = -1;
    private long _stageStartsAtNs;
    private int _activeUsers;
    private int _activeValidationUsers;
    private int _nextStart;

    public DateTimeOffset StartedAt { get; private set; }

    public bool Interrupted { get; private set; }

    public bool IsDone { get; private set; }

    public RequestWriter Writer { get; } = new(loop.Target.Host, UserAgent);

    private bool IsLoadStage => _stage == 5;

    public long OnTick(long nowNs)
    {
        var phase = _stage < 0 ? "starting" : IsLoadStage ? "load" : "validations";
        live?.PublishIfRequested(log.Recorder, phase, _activeUsers);
        Interrupted |= control.StopRequested;
        if (_stage < 0)
        {
            log.Recorder.Start(nowNs);
            StartedAt = DateTimeOffset.UtcNow;
            BeginStage(nowNs);
        }

        if (IsLoadStage)
        {
            return AdvanceLoad(nowNs);
        }

        if (Interrupted)
        {
            IsDone = true;
            return nowNs;
        }

        if (_activeUsers > 0 && !(_stage == 4 && !options.WaitForValidations && _activeUsers == _activeValidationUsers))
        {
            return nowNs + NanosecondsPerMs;
        }

        // The next scenario starts on the first tick after the previous one ends.
        if (_stageStartsAtNs == 0)
        {
            var startedAtNs = log.Recorder.StartedAtNs;
            _stageStartsAtNs = startedAtNs + ((((nowNs - startedAtNs) / TickNs) + 1) * TickNs);
        }

        if (nowNs >= _stageStartsAtNs)
        {
            BeginStage(_stageStartsAtNs);
        }

        return _stageStartsAtNs == 0 ? nowNs + NanosecondsPerMs : _stageStartsAtNs;
    }

    public void OnAnswer(Connection connection, in Answer answer)
    {
        var exchange = ExchangeOf(connection);
        log.Judge(exchange, answer);
        Continue(connection, exchange);
    }

    public void OnFailure(Connection connection, FailureKind kind)
    {
        var exchange = ExchangeOf(connection);
        log.Fail(exchange, kind);
        Continue(connection, exchange);
    }

    public Connection Rent() => loop.Rent(this);

    public void Release(Connection connection) => loop.Return(connection);

    public void End(Connection connection)
    {
        _activeValidationUsers--;
        _activeUsers--;
        Release(connection);
    }

    public void Send(
        Connection connection, ValidationUser? user, Scenario scenario, Func<Answer, string?> check, int length)
    {
        var exchange = ExchangeOf(connection);
        exchange.User = user;
        exchange.Scenario = scenario;
        exchange.Check = check;
        exchange.StartedAtNs = Clock.NowNs;
        connection.Send(length, exchange.StartedAtNs);
    }

    private Exchange ExchangeOf(Connection connection)
    {
        while (_exchanges.Count <= connection.Slot)
        {
            _exchanges.Add(new Exchange());
        }

        return _exchanges[connection.Slot];
    }

    private void Continue(Connection connection, Exchange exchange)
    {
        if (exchange.User is { } user)
        {
            user.OnDone(connection);
            return;
        }

        _activeUsers--;
        Release(connection);
    }

    private void BeginStage(long startNs)
    {
        _stage++;
        _stageStartsAtNs = 0;
        switch (_stage)
        {
            case 0:
                SendTransactions(Scenario.ConcurrentDebits, Operation.Debit);
                break;
            case 1:
                SendStatement(Scenario.BalanceAfterDebits, 1, static answer =>
                    answer.HasStatus(200) ?? answer.HasBalance(-OpeningUsers));
                break;
            case 2:
                SendTransactions(Scenario.ConcurrentCredits, Operation.Credit);
                break;
            case 3:
                SendStatement(Scenario.BalanceAfterCredits, 1, static answer =>
                    answer.HasStatus(200) ?? answer.HasBalance(0));
                break;
            case 4:
                SendStatement(Scenario.UnknownClient, UnknownClientId, static answer => answer.HasStatus(404));
                for (var index = 0; index < s_limitsCents.Length; index++)
                {
                    _activeUsers++;
                    _activeValidationUsers++;
                    new ValidationUser(this, index + 1, s_limitsCents[index]).Advance(Rent());
                }

                break;
            default:
                _stageStartsAtNs = startNs;
                break;
        }
    }

    private void SendTransactions(Scenario scenario, Operation operation)
    {
        for (var user = 0; user < OpeningUsers; user++)
        {
            _activeUsers++;
            var connection = Rent();
            var length = Writer.WriteTransaction(1, 1, operation, "validacao"u8, connection.RequestBuffer);
            Send(connection, null, scenario, static answer => answer.HasStatus(200), length);
        }
    }

    private void SendStatement(Scenario scenario, int clientId, Func<Answer, string?> check)
    {
        _activeUsers++;
        var connection = Rent();
        Send(connection, null, scenario, check, Writer.WriteStatement(clientId, connection.RequestBuffer));
    }

    private long AdvanceLoad(long nowNs)
    {
        var starts = options.Schedule.Starts;
        while (_nextStart < starts.Count && !Interrupted)
        {
            var dueNs = _stageStartsAtNs + (starts[_nextStart].OffsetMs * NanosecondsPerMs);
            if (dueNs > nowNs)
            {
                return dueNs;
            }

            log.Recorder.SendDelay!.Record(nowNs - dueNs);
            StartUser(starts[_nextStart].Scenario);
            _nextStart++;
        }

        if (_activeUsers == 0)
        {
            log.Recorder.Advance(nowNs);
            IsDone = true;
        }

        return nowNs + NanosecondsPerMs;
    }

    private void StartUser(Scenario scenario)
    {
        var clientId = _random.Next(RequestSequence.Clients) + 1;
        if (scenario == Scenario.Statements)
        {
            SendStatement(scenario, clientId, static answer =>
                answer.HasStatus(200) ?? answer.IsConsistentStatement());
            return;
        }

        _activeUsers++;
        var connection = Rent();
        var (operation, text) = (Operation.Credit, _random.NextInt64(TextCode.Count));
        Func<Answer, string?> check = Expectation.Credit;
        if (scenario == Scenario.Debits)
        {
            (operation, check) = (Operation.Debit, Expectation.Debit);
        }

        var plan = new RequestPlan(operation, clientId, _random.Next(AmountCentsMax) + 1, text);
        Send(connection, null, scenario, check, Writer.Write(plan, connection.RequestBuffer));
    }
}

// One request of the simulation and how to judge its answer; reused per connection slot.
internal sealed class Exchange
{
    public Scenario Scenario { get; set; }

    public long StartedAtNs { get; set; } // Before connecting.

    // Returns null, or the first failed check's message.
    public Func<Answer, string?> Check { get; set; } = _ => null;

    // The virtual user to continue afterwards; null if this was its only request.
    public ValidationUser? User { get; set; }
}

// One of the five users of criteriosClientes: fourteen sequential requests for one client over one connection, except
// for four concurrent statements.
internal sealed class ValidationUser(ContestRun run, int clientId, long limitCents)
{
    private const int ConcurrentStatements = 4;

    private static readonly string[] s_invalidBodies =
    [
        """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""",
        """{"valor": 1, "tipo": "x", "descricao": "devolve"}""",
        """{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""",
        """{"valor": 1, "tipo": "c", "descricao": ""}""",
        """{"valor": 1, "tipo": "c", "descricao": null}""",
    ];

    private int _step;
    private int _pendingStatements;
    private Connection? _main;
    private (long LimitCents, long BalanceCents)? _saved;

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
                GetStatementsConcurrently(connection, saved.LimitCents, saved.BalanceCents);
                break;
            case 6:
                // The official simulation skips the four statements if the transaction before failed.
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

    public void OnDone(Connection connection)
    {
        if (_pendingStatements > 0)
        {
            _pendingStatements--;
            if (connection != _main)
            {
                run.Release(connection);
            }

            if (_pendingStatements > 0)
            {
                return;
            }
        }

        Advance(_main!);
    }

    private void GetStatement(Connection connection, Func<Answer, string?> check) =>
        Send(connection, run.Writer.WriteStatement(clientId, connection.RequestBuffer), check);

    private void GetStatementsConcurrently(Connection connection, long savedLimitCents, long savedBalanceCents)
    {
        _pendingStatements = ConcurrentStatements;
        for (var index = 0; index < ConcurrentStatements; index++)
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
