using Rinha.Cli;
using Rinha.Cli.Measure;
using Rinha.Stack;

var command = new RootCommand("Runs, watches, loads and tests the bank.")
{
    RunVerb.Create(),
    StopVerb.Create(),
    StatusVerb.Create(),
    RestartVerb.Create(),
    TopVerb.Create(),
    LedgerVerb.Create(),
    LoadVerb.Create(),
    ContestVerb.Create(),
    MeasureVerb.Create(),
    ChaosVerb.Create(),
    SmokeVerb.Create(),
    TestVerb.Create(),
    ReleaseVerb.Create(),
};
if (args is ["help", .. var rest])
{
    args = [.. rest, "--help"];
}

if (args.Length == 0)
{
    command.Parse("--help").Invoke();
    return Exit.Misuse;
}

try
{
    if (args[0] == LoadVerb.Name)
    {
        return LoadVerb.Run(args[1..]);
    }

    if (args[0] == LedgerVerb.Name)
    {
        return LedgerVerb.Run(args[1..]);
    }

    if (!args[0].StartsWith('-') && command.Subcommands.All(verb => verb.Name != args[0]))
    {
        return Exit.Report($"unknown verb '{args[0]}'; ./rinha --help lists them", Exit.Misuse);
    }

    var parsed = command.Parse(args);
    return parsed.Errors.Count > 0
        ? Exit.Report(LedgerAddress.WithoutPassword(parsed.Errors[0].Message), Exit.Misuse)
        : parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (UsageException error)
{
    return Exit.Report(error.Message, Exit.Misuse);
}
catch (Exception error) when (error is StackException or IOException or UnauthorizedAccessException)
{
    return Exit.Report(error.Message, Exit.Failure);
}
