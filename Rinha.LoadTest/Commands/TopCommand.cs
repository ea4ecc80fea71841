using System.CommandLine;
using Rinha.LoadTest.Top;
using Rinha.LoadTest.Tui;

namespace Rinha.LoadTest.Commands;

// top: shows a running stack, second by second.
internal sealed class TopCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Option<string> _sockets = new("--sockets")
    {
        Description = "The directory of the APIs' sockets.",
        Required = true,
    };
    private readonly Option<string[]> _cgroups = new("--cgroup")
    {
        Description = "The stack's cgroup: its directories for CPU, accounting and memory, in this order.",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string[]> _processes = new("--process")
    {
        Description = "The name of a process of the stack, once for each; api… have metrics.",
        DefaultValueFactory = _ => ["api01", "api02", "nginx"],
    };

    private readonly Option<int> _count = Arguments.Number(
        "--count", null, 0, 0, int.MaxValue, "End after so many seconds; 0 for no end.");

    public Command Create() => Arguments.Command(
        "top",
        "Show a running stack, second by second (started by ./rinha top).",
        Run,
        [_sockets, _cgroups, _processes, _count]);

    private int Run(ParseResult parsed)
    {
        var cgroups = parsed.GetRequiredValue(_cgroups);
        if (cgroups.Length is not (0 or 3))
        {
            return Exit.Refuse($"--cgroup: three directories or none, not {cgroups.Length}");
        }

        var source = new StackSource(parsed.GetRequiredValue(_processes), parsed.GetRequiredValue(_sockets), cgroups);
        var first = source.Read();
        if (first.Processes.All(process => process.State is ProcessReading.Down or ProcessReading.NotAsked))
        {
            return Exit.Fail($"no API answers in {parsed.GetRequiredValue(_sockets)}; see ./rinha status");
        }

        var view = new TopView(source.Read, parsed.GetValue(_count), s_interval);
        if (UnixTerminal.CanShow)
        {
            view.Show(new UnixTerminal());
        }
        else
        {
            view.Write(Console.Out);
        }

        return Exit.Success;
    }
}
