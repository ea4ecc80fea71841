namespace Rinha.Stack;

/// <summary>What stops a command, in one line for its user. <c>./rinha</c> prints it and ends with status 1.</summary>
public class StackException(string message) : Exception(message);

/// <summary>A command that contradicts itself or names what does not exist: exit status 2.</summary>
public sealed class UsageException(string message) : StackException(message);
