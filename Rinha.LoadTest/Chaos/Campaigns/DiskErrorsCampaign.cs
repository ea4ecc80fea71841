using Rinha.LoadTest.Chaos.Storage;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Lets the disk fail under load: writes or fsync, all or some, in one server or in both, and sometimes kills both
/// while it fails. What is answered 503 must stay away for ever.
/// </summary>
internal sealed class DiskErrorsCampaign : ICampaign
{
    private const double Rate = 2_000;
    private const int InputOutput = 5; // EIO
    private const int ReadOnly = 30; // EROFS
    private const int NoSpace = 28; // ENOSPC

    /// <inheritdoc/>
    public string Name => "disk-errors";

    /// <inheritdoc/>
    public string Fault => "EIO on write and fsync, a read-only file system, some without room for the WAL";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 4 : 20;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        foreach (var synchronous in new[] { "NORMAL", "FULL" })
        {
            using var loaded = new LoadedBank(
                run,
                new BankOptions
                {
                    Synchronous = synchronous,
                    DataDirectory = Path.Combine(run.Directory, synchronous),
                    Faults = true,
                },
                Rate);
            for (var index = 0; index < run.Times / 2; index++)
            {
                Try(run, loaded, synchronous, failsSync: index % 2 == 1);
                run.Tried();
            }

            loaded.Finish();
        }
    }

    private static void Try(CampaignRun run, LoadedBank loaded, string synchronous, bool failsSync)
    {
        var bank = loaded.Bank;
        int[] errors = failsSync ? [InputOutput] : [InputOutput, ReadOnly, NoSpace];
        var error = errors[run.Random.Next(errors.Length)];
        var every = run.Random.Next(2) == 0 ? 1 : run.Random.Next(2, 6);
        var failing = run.Random.Next(2) == 0 ? bank.Apis.Count : 1;
        var isKilled = run.Random.Next(2) == 0;
        var what = $"{synchronous}, {(failsSync ? "fsync" : "write")} fails with {error}, 1 of {every} in {failing}";
        Thread.Sleep(run.Random.Next(100, 500));
        var failed = bank.Faults.Sum(control => control.FailedCalls);
        loaded.Endure(
            () =>
            {
                foreach (var control in bank.Faults.Take(failing))
                {
                    control.FailsEvery = every;
                    control.WriteErrno = failsSync ? 0 : error;
                    control.SyncErrno = failsSync ? error : 0;
                }

                // With NORMAL no commit waits for fsync: there the checkpoints fail, and nobody else.
                if (every == 1 && (!failsSync || synchronous == "FULL"))
                {
                    foreach (var api in bank.Apis.Take(failing))
                    {
                        loaded.Probe.AwaitRefusal(api, "storage", Bank.Patience, what);
                    }
                }

                Wait.Until(
                    Bank.Patience,
                    () => bank.Faults.Sum(control => control.FailedCalls) > failed,
                    () => $"{what}: nothing has failed");
                loaded.Probe.CheckStatements(what);
                Thread.Sleep(run.Random.Next(0, 500));
                if (isKilled)
                {
                    bank.Kill();
                    End(bank);
                    bank.Start();
                }
            },
            what);
        End(bank);
        loaded.Probe.AwaitRecovery(what);
    }

    private static void End(Bank bank)
    {
        foreach (var control in bank.Faults)
        {
            control.WriteErrno = control.SyncErrno = 0;
        }
    }
}
