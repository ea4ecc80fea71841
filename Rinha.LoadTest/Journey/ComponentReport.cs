namespace Rinha.LoadTest.Journey;

/// <summary>One process of a stage, with its children, over the whole run; what nobody says is missing.</summary>
/// <param name="Name"><c>caddy</c>, <c>nginx</c>, <c>api01</c>, <c>api02</c> or <c>db</c>.</param>
/// <param name="Cpus">How many CPUs it might use.</param>
/// <param name="MemoryBytes">How much memory it might use.</param>
/// <param name="PeakBytes">The most that it used, the page cache of its files included.</param>
/// <param name="Full">How often there was no room, until something was given back.</param>
/// <param name="Killed">How many of its processes were killed for want of memory.</param>
/// <param name="Restarts">How often it ended and was started again, for whatever reason.</param>
public sealed record ComponentReport(
    string Name, double? Cpus, long? MemoryBytes, long? PeakBytes, long? Full, long? Killed, int Restarts);
