namespace Rinha.LoadTest.Journey;

/// <summary>The contest's score of a turn.</summary>
/// <param name="OnTimeShare">The share of requests, 0 to 1, that were right and took less than 250 ms.</param>
/// <param name="Payment">Of USD 100,000 what is left, at least 0.</param>
public sealed record TurnScore(double OnTimeShare, double Payment);
