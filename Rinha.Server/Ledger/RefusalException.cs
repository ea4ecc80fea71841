namespace Rinha.Server.Ledger;

/// <summary>Something that an operator asked for is not done, and nothing was changed.</summary>
/// <param name="message">Why, in one line.</param>
/// <param name="cause">What was found out first, if anything.</param>
public sealed class RefusalException(string message, Exception? cause = null) : Exception(message, cause);
