namespace Rinha.LoadTest.Contest;

/// <summary>How the simulation is to run.</summary>
/// <param name="Schedule">The load phase.</param>
/// <param name="WaitForValidations">
/// Whether the load waits until all validations are done; officially it waits for the one with the 404 only.
/// </param>
/// <param name="Seed">The seed of clients, amounts and texts.</param>
internal sealed record ContestOptions(ContestSchedule Schedule, bool WaitForValidations, int Seed);
