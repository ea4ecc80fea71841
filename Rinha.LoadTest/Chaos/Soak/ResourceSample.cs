namespace Rinha.LoadTest.Chaos.Soak;

/// <summary>What the bank holds at one moment.</summary>
/// <param name="ResidentBytes">Resident memory of both APIs.</param>
/// <param name="Descriptors">Open file descriptors of both APIs.</param>
/// <param name="WalBytes">The length of the write-ahead log.</param>
internal readonly record struct ResourceSample(long ResidentBytes, int Descriptors, long WalBytes);
