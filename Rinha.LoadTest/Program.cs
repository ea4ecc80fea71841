using System.CommandLine;
using System.Data.Common;
using Rinha.LoadTest.Commands;

var command = new RootCommand("Tests a bank of Rinha de Backend 2024/Q1: load, correctness, the official simulation.");
command.Subcommands.Add(new LoadCommand().Create());
command.Subcommands.Add(new CompareCommand().Create());
command.Subcommands.Add(new ContestCommand().Create());
command.Subcommands.Add(new TopCommand().Create());
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Exit.UsageError(string.Join("; ", parsed.Errors.Select(error => error.Message)));
}

try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or DbException)
{
    return Exit.Fail(error.Message);
}
