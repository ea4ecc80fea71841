using System.CommandLine;
using System.CommandLine.Help;
using Rinha.Cli;
using Rinha.Stack;

var command = new RootCommand("The bank: runs it, watches it, loads it and tests it.")
{
    new RunVerb().Create(),
    new StopVerb().Create(),
    new StatusVerb().Create(),
    new RestartVerb().Create(),
};
var parsed = command.Parse(args);
if (args.Length == 0)
{
    command.Parse("--help").Invoke();
    return Exit.Misuse;
}

if (parsed.Errors.Count > 0)
{
    return Exit.Say(string.Join("; ", parsed.Errors.Select(error => error.Message)), Exit.Misuse);
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UsageException error)
{
    return Exit.Say(error.Message, Exit.Misuse);
}
catch (Exception error) when (error is StackException or IOException or UnauthorizedAccessException)
{
    return Exit.Say(error.Message, Exit.Failure);
}
