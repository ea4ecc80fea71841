namespace Rinha.LoadTest.Contest;

/// <summary>The official simulation's scenarios, in their order.</summary>
internal enum Scenario
{
    ConcurrentDebits,
    BalanceAfterDebits,
    ConcurrentCredits,
    BalanceAfterCredits,
    Validations,
    UnknownClient,
    Debits,
    Credits,
    Statements,
}
