using System.Runtime.CompilerServices;

namespace Rinha.Server.Tests.Fixtures;

/// <summary>
/// A process that opens an <see cref="OldLedger"/> and stops before one of the steps: this program, which does that
/// instead of running tests when its environment says so.
/// </summary>
internal sealed class ConvertingProcess : IDisposable
{
    private const string Path = "TEST_CONVERTS";
    private const string Step = "TEST_STOPS_BEFORE_STEP";

    private readonly Process _process;

    /// <summary>Starts it and waits until it has come to the step.</summary>
    public ConvertingProcess(string path, int step)
    {
        var program = System.IO.Path.ChangeExtension(typeof(ConvertingProcess).Assembly.Location, null);
        var start = new ProcessStartInfo(program);
        start.Environment[Path] = path;
        start.Environment[Step] = step.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
        Wait.Until(() => File.Exists(MarkOf(path)), "the process comes to the step");
        File.Delete(MarkOf(path));
    }

    /// <summary>kill -9.</summary>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Path) is not { } path)
        {
            return;
        }

        var last = int.Parse(Environment.GetEnvironmentVariable(Step)!, CultureInfo.InvariantCulture);
        LedgerFile.Open(path, Synchronous.Normal, OldLedger.Observed(step =>
        {
            if (step == last)
            {
                File.WriteAllText(MarkOf(path), "");
                Thread.Sleep(Timeout.Infinite);
            }
        }));
        Environment.Exit(1);
    }

    private static string MarkOf(string path) => path + ".stopped";
}
