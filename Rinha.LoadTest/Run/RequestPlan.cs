namespace Rinha.LoadTest.Run;

/// <summary>A request to make.</summary>
/// <param name="Operation">Which.</param>
/// <param name="ClientId">Whose account.</param>
/// <param name="AmountCents">How much, for a debit or credit.</param>
/// <param name="Text">The description as a number, written as ten letters and digits (<see cref="TextCode"/>).</param>
internal readonly record struct RequestPlan(Operation Operation, int ClientId, int AmountCents, long Text);
