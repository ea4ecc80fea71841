namespace Rinha.LoadTest.Chaos;

/// <summary>A campaign cannot go on: something it needs does not come about.</summary>
/// <param name="message">What.</param>
internal sealed class ChaosException(string message) : Exception(message);
