namespace Rinha.LoadTest.Tests.Fixtures;

// Feeds a TransactionLog with answers, without a network.
internal static class Logs
{
    public static void Acknowledge(
        this TransactionLog log,
        int clientId,
        long signedCents,
        long text,
        long balanceCents = 0,
        long limitCents = 100_000) =>
        log.OnAnswer(
            Plan(clientId, signedCents, text), new StubAccount(clientId, limitCents).Receipt(balanceCents).ToAnswer());

    public static void Refuse(this TransactionLog log, int clientId, long signedCents, long text) =>
        log.OnAnswer(Plan(clientId, signedCents, text), new StubAnswer(422).ToAnswer());

    public static void LoseAnswer(
        this TransactionLog log, int clientId, long signedCents, long text, FailureKind kind = FailureKind.Timeout) =>
        log.OnFailure(Plan(clientId, signedCents, text), kind, answer: default);

    public static void FailWithStatus(
        this TransactionLog log, int clientId, long signedCents, long text, int status = 503, string problem = "") =>
        log.OnFailure(
            Plan(clientId, signedCents, text),
            FailureKind.UnexpectedStatus,
            new StubAnswer(status, $$"""{"type":"{{problem}}","status":{{status}}}""").ToAnswer());

    // texts: the listed transactions, newest first.
    public static void List(this TransactionLog log, int clientId, long balanceCents, params long[] texts) =>
        log.OnAnswer(
            new RequestPlan(Operation.Statement, clientId, 0, 0),
            new StubAccount(clientId, 100_000)
                .Statement(balanceCents, texts.Select(text => new StubEntry(1, 'c', TextOf(text)))).ToAnswer());

    public static string TextOf(long number)
    {
        var text = new byte[TextCode.Length];
        TextCode.Write(number, text);
        return Encoding.ASCII.GetString(text);
    }

    public static RequestPlan Plan(int clientId, long signedCents, long text) => new(
        signedCents < 0 ? Operation.Debit : Operation.Credit, clientId, (int)Math.Abs(signedCents), text);
}
