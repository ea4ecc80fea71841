namespace Rinha.Server.Tests.Fixtures;

/// <summary>How a run of the server ended and what it said.</summary>
public sealed record ServerExit(int Code, string Output, string Error);
