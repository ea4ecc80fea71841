namespace Rinha.LoadTest.Contest;

/// <summary>
/// The official simulation's checks of single requests; made once, so a virtual user costs no allocation.
/// </summary>
internal static class ContestChecks
{
    /// <summary>A transaction of the opening: its status alone counts.</summary>
    public static readonly Exchange.Judge Received = static (_, answer) => new Expectation(answer).Status(200);

    /// <summary>The statement after 25 debits of one cent.</summary>
    public static readonly Exchange.Judge BalanceAfterDebits = static (_, answer) =>
        new Expectation(answer).Status(200) ?? new Expectation(answer).Balance(-ContestRun.OpeningUsers);

    /// <summary>The statement after as many credits.</summary>
    public static readonly Exchange.Judge BalanceAfterCredits = static (_, answer) =>
        new Expectation(answer).Status(200) ?? new Expectation(answer).Balance(0);

    /// <summary>The statement of a client that does not exist.</summary>
    public static readonly Exchange.Judge UnknownClient = static (_, answer) => new Expectation(answer).Status(404);

    /// <summary>A credit of the load.</summary>
    public static readonly Exchange.Judge Credit = static (_, answer) =>
        new Expectation(answer).Status(200) ?? new Expectation(answer).ConsistentTransaction();

    /// <summary>A debit of the load; 422 is right too.</summary>
    public static readonly Exchange.Judge Debit = static (_, answer) =>
        new Expectation(answer).Status(200, 422)
        ?? (answer.Status == 422 ? null : new Expectation(answer).ConsistentTransaction());

    /// <summary>A statement of the load.</summary>
    public static readonly Exchange.Judge Statement = static (_, answer) =>
        new Expectation(answer).Status(200) ?? new Expectation(answer).ConsistentStatement();
}
