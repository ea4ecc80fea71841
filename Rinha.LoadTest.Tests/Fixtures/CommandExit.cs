namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>How a run of the load tester ended and what it said.</summary>
public sealed record CommandExit(int Code, string Output, string Error);
