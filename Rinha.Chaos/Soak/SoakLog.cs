namespace Rinha.Chaos.Soak;

// Remembers tens of millions of transactions in four bytes each, for what the transaction log of a check would need
// gigabytes: a run's texts are consecutive numbers, so a transaction's place in an array says which it is.
internal sealed class SoakLog(long requests) : IRequestObserver
{
    // The first answer seen is not the first request sent.
    private const int Margin = 100_000;

    private const uint AmountMask = 0x3FFF; // 1 to 10,000 cents.
    private const int ClientShift = 14; // 1 to 5.
    private const uint ClientMask = 0x7;
    private const uint Debit = 1 << 17;
    private const uint Acknowledged = 1 << 18;
    private const uint Unknown = 1 << 19;
    private const uint Seen = 1 << 20;

    private readonly uint[] _transactions = new uint[requests + (2 * Margin)];
    private long _first = -1;

    public long AcknowledgedCount { get; private set; }

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (answer.Status == 200 && plan.Operation != Operation.Statement)
        {
            AcknowledgedCount++;
            Note(plan, Acknowledged);
        }
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        if (plan.Operation != Operation.Statement)
        {
            Note(plan, Unknown);
        }
    }

    // Reads the whole history: each acknowledged transaction of these runs exactly once and as it was sent, no other,
    // each client's numbers without a gap, and balances that are the sum.
    public static void Compare(CampaignRun run, string databasePath, IReadOnlyList<SoakLog> logs)
    {
        using var snapshot = new LedgerInFile(databasePath).OpenSnapshot();
        var clients = new (long Rows, long SumCents)[RequestSequence.Clients + 1];
        snapshot.ForEach("SELECT cliente_id, seq, valor, tipo, descricao FROM transacoes ORDER BY id", row =>
        {
            var clientId = (int)row.GetInt64(0);
            var isDebit = row.GetString(3) == "d";
            ref var client = ref clients[clientId];
            client.Rows++;
            client.SumCents += isDebit ? -row.GetInt64(2) : row.GetInt64(2);
            var sequence = row.GetInt64(1);
            run.Check(
                sequence == client.Rows, () => $"client {clientId}: {sequence} at place {clients[clientId].Rows}");
            var packed = Pack(clientId, (int)row.GetInt64(2), isDebit);
            var text = row.GetString(4);
            run.Check(
                TextCode.TryRead(Encoding.UTF8.GetBytes(text), out var number)
                    && logs.Any(log => log.TryTick(number, packed)),
                () => $"'{text}' of client {clientId} was never sent so, or is there twice");
        });
        snapshot.ForEach("SELECT id, saldo, ultima_seq, saldo >= -limite FROM clientes", row =>
        {
            var id = row.GetInt64(0);
            var said = (row.GetInt64(2), row.GetInt64(1));
            run.Check(
                said == clients[id] && row.GetInt64(3) == 1, () => $"client {id}: {said}, history {clients[id]}");
        });
        var lost = logs.Sum(log => log._transactions.LongCount(one => (one & (Acknowledged | Seen)) == Acknowledged));
        run.Check(lost == 0, () => $"{lost} acknowledged transactions are not in the ledger");
    }

    private static uint Pack(int clientId, int amountCents, bool isDebit) =>
        (uint)amountCents | ((uint)clientId << ClientShift) | (isDebit ? Debit : 0);

    private void Note(in RequestPlan plan, uint state)
    {
        if (_first < 0)
        {
            _first = plan.Text - Margin;
        }

        _transactions[plan.Text - _first] =
            Pack(plan.ClientId, plan.AmountCents, plan.Operation == Operation.Debit) | state;
    }

    private bool TryTick(long text, uint packed)
    {
        var index = text - _first;
        if (index < 0 || index >= _transactions.Length)
        {
            return false;
        }

        ref var known = ref _transactions[index];
        var isAsSent = (known & (AmountMask | (ClientMask << ClientShift) | Debit)) == packed
            && (known & (Acknowledged | Unknown)) != 0 && (known & Seen) == 0;
        known |= Seen;
        return isAsSent;
    }
}
