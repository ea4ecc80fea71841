namespace Rinha.Testing;

/// <summary>How a command ended and what it said.</summary>
public sealed record CommandExit(int Code, string Output, string Error);
