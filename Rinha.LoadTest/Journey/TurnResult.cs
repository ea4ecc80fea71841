using Rinha.LoadTest.Stats;

namespace Rinha.LoadTest.Journey;

/// <summary>Of a <see cref="RunReport"/> what a journey needs; read from the whole one.</summary>
/// <param name="Duration">How long the measured part took, in seconds.</param>
/// <param name="Summary">The run in one line.</param>
/// <param name="Latency">All operations together, in an open loop from the intended send times.</param>
/// <param name="Contest">The contest's score, of the simulation.</param>
public sealed record TurnResult(double Duration, SummaryReport Summary, TurnLatency Latency, TurnScore? Contest = null);
