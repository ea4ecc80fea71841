namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>A bank's answers given to a <see cref="TransactionLog"/> without any network between.</summary>
internal static class Answers
{
    /// <summary>An answer that lives as long as the call.</summary>
    public static Answer Of(int status, string body) => new(status, Encoding.UTF8.GetBytes(body), 0);

    /// <summary>A transaction of the client was answered with this balance.</summary>
    public static void Acknowledge(
        this TransactionLog log,
        int clientId,
        long signedCents,
        long text,
        long balanceCents,
        long limitCents = 100_000)
    {
        var answer = new StubAccount(clientId, limitCents).Receipt(balanceCents);
        log.OnAnswer(Plan(clientId, signedCents, text), Of(answer.Status, answer.Body));
    }

    /// <summary>A transaction of the client was refused.</summary>
    public static void Refuse(this TransactionLog log, int clientId, long signedCents, long text) =>
        log.OnAnswer(Plan(clientId, signedCents, text), Of(422, ""));

    /// <summary>A transaction of the client came to nothing.</summary>
    public static void Lose(
        this TransactionLog log, int clientId, long signedCents, long text, FailureKind kind = FailureKind.Timeout) =>
        log.OnFailure(Plan(clientId, signedCents, text), kind, answer: default);

    /// <summary>A transaction of the client was answered with a status that a bank gives when it fails.</summary>
    public static void TurnAway(
        this TransactionLog log, int clientId, long signedCents, long text, int status = 503, string detail = "") =>
        log.OnFailure(
            Plan(clientId, signedCents, text),
            FailureKind.UnexpectedStatus,
            Of(status, $$"""{"status":{{status}},"detail":"{{detail}}"}"""));

    /// <summary>A statement of the client listed these texts, newest first.</summary>
    public static void List(this TransactionLog log, int clientId, long balanceCents, params long[] texts)
    {
        var account = new StubAccount(clientId, 100_000);
        var answer = account.Statement(balanceCents, texts.Select(text => (1L, 'c', TextOf(text))));
        log.OnAnswer(new RequestPlan(Operation.Statement, clientId, 0, 0), Of(answer.Status, answer.Body));
    }

    /// <summary>A transaction's text.</summary>
    public static string TextOf(long number)
    {
        var text = new byte[TextCode.Length];
        TextCode.Write(number, text);
        return Encoding.ASCII.GetString(text);
    }

    public static RequestPlan Plan(int clientId, long signedCents, long text) => new(
        signedCents < 0 ? Operation.Debit : Operation.Credit, clientId, (int)Math.Abs(signedCents), text);
}
