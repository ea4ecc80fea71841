using Rinha.LoadTest.Http;
using Rinha.LoadTest.Run;

namespace Rinha.LoadTest.Check;

/// <summary>A transaction that was sent, known by its text.</summary>
/// <param name="SignedCents">What it adds to the balance: negative for a debit.</param>
/// <param name="BalanceCents">The balance after it, as it was acknowledged.</param>
internal readonly record struct LoggedTransaction(int ClientId, int SignedCents, long BalanceCents);

/// <summary>
/// Remembers every transaction of a run and what was answered, and every statement that was read meanwhile, so that
/// they can be held against each other and against the ledger. Texts must be distinct; a transaction that is sent again
/// has the same.
/// </summary>
internal sealed class TransactionLog : IRequestObserver
{
    private const int ServiceUnavailable = 503;

    private readonly Dictionary<int, long> _limits = [];
    private readonly List<StatementLine> _lines = [];

    public Dictionary<long, LoggedTransaction> Acknowledged { get; } = [];

    public HashSet<long> Refused { get; } = [];

    /// <summary>No try was answered, or only so that it says nothing: applied or not.</summary>
    public Dictionary<long, LoggedTransaction> Unknown { get; } = [];

    /// <summary>Every try that can have reached the bank was answered 503, nothing was changed: not applied.</summary>
    public HashSet<long> Unavailable { get; } = [];

    /// <summary>The statements read: balance, and the texts listed, newest first.</summary>
    public List<(int ClientId, long BalanceCents, long[] Texts)> Statements { get; } = [];

    public CheckCounter WithinLimit { get; } = new("balance never under minus the limit");

    public CheckCounter SameLimit { get; } = new("limit always the same");

    public CheckCounter Readable { get; } = new("every answer is well-formed");

    public void OnAnswer(in RequestPlan plan, in Answer answer)
    {
        if (answer.Status == 422)
        {
            Settle(plan.Text);
            Refused.Add(plan.Text);
            return;
        }

        var clientId = plan.ClientId;
        var readable = BankAnswer.TryRead(plan.Operation, answer.Body, out var limitCents, out var balanceCents);
        Readable.Check(readable, () => $"client {clientId}");
        if (plan.Operation != Operation.Statement)
        {
            Settle(plan.Text);
            (readable ? Acknowledged : Unknown)[plan.Text] = new(clientId, plan.SignedCents, balanceCents);
        }

        if (!readable)
        {
            return;
        }

        WithinLimit.Check(
            balanceCents >= -limitCents, () => $"client {clientId}: balance {balanceCents}, limit {limitCents}");
        var known = _limits.TryAdd(clientId, limitCents) ? limitCents : _limits[clientId];
        SameLimit.Check(known == limitCents, () => $"client {clientId}: {known}, then {limitCents}");
        if (plan.Operation == Operation.Statement)
        {
            Remember(clientId, balanceCents, answer.Body);
        }
    }

    public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer)
    {
        // A refused connection carried nothing.
        if (plan.Operation == Operation.Statement || kind == FailureKind.ConnectionRefused)
        {
            return;
        }

        // 503 says that this try was not applied and will not be, unless it says that this is not known; after anything
        // else the transaction may have been, whatever is said of its other tries.
        if (answer.Status != ServiceUnavailable || BankAnswer.LeavesOpen(answer.Body))
        {
            Unavailable.Remove(plan.Text);
            Unknown[plan.Text] = new(plan.ClientId, plan.SignedCents, 0);
        }
        else if (!Unknown.ContainsKey(plan.Text))
        {
            Unavailable.Add(plan.Text);
        }
    }

    // What earlier tries left open, the answer says.
    private void Settle(long text)
    {
        Unknown.Remove(text);
        Unavailable.Remove(text);
    }

    private void Remember(int clientId, long balanceCents, ReadOnlySpan<byte> body)
    {
        _lines.Clear();
        if (!BankAnswer.TryReadEntries(body, _lines))
        {
            Readable.Check(false, () => $"client {clientId}: a statement's list");
            return;
        }

        // A text that is not one of ours (-1) was there before.
        Statements.Add((clientId, balanceCents, [.. _lines.Select(line =>
            TextCode.TryRead(Encoding.UTF8.GetBytes(line.Text), out var text) ? text : -1)]));
    }
}
