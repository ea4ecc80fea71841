using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Stats;

/// <summary>How often one kind of failure happened, with the first one as an example.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Count">How often.</param>
/// <param name="Example">The first case in words.</param>
public sealed record FailureReport(FailureKind Kind, long Count, string Example);
