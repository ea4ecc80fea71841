using Rinha.Chaos.Faults;

namespace Rinha.Chaos.Storage;

// Fails writes or fsync under load, all or some, in one server or both, and sometimes kills both meanwhile. A
// transaction answered with 503 must never appear.
internal static class DiskErrors
{
    public const int NoSpace = 28; // ENOSPC

    private const int InputOutput = 5; // EIO
    private const int ReadOnly = 30; // EROFS

    public static void Inject(FaultContext context, string synchronous)
    {
        var (bank, random, failsSync) = (context.Bank, context.Random, context.Index % 2 == 1);
        var error = random.Pick(failsSync ? [InputOutput] : new[] { InputOutput, ReadOnly, NoSpace });
        // The short form has one try of each kind, so that is the worst: a failed commit is the last thing in the WAL.
        var isWorst = context.Index < 2;
        var every = isWorst || random.Next(2) == 0 ? 1 : random.Next(2, 6);
        var failing = isWorst || random.Next(2) == 0 ? bank.Apis.Count : 1;
        var isKilled = isWorst || random.Next(2) == 0;
        var what = $"{synchronous}, {(failsSync ? "fsync" : "write")} fails with {error}, 1 of {every} in {failing}";
        var failed = FailedCalls(bank);
        StorageFaults.CheckThrough(
            context,
            what,
            () =>
            {
                bank.Fail(failsSync ? 0 : error, failsSync ? error : 0, every, failing);
                // With NORMAL no commit waits for fsync: only checkpoints fail.
                if (every == 1 && (!failsSync || synchronous == "FULL"))
                {
                    StorageFaults.AwaitRefusals(context, bank.Apis.Take(failing), what);
                }

                Wait.Until(() => FailedCalls(bank) > failed, () => $"{what}: no call failed");
                StorageFaults.CheckStatements(context, what);
                Thread.Sleep(random.Next(0, 500));
                if (isKilled)
                {
                    bank.Kill();
                    bank.Fail();
                    bank.Start();
                }
            },
            () => bank.Fail());
    }

    private static int FailedCalls(Bank bank) => bank.Faults.Sum(control => control.FailedCalls);
}

// Fills the ledger's disk under load and frees it again: meanwhile posts fail and statements succeed, and afterwards
// posts succeed without a restart. Then starts the bank on a full disk.
internal static class DiskFull
{
    private const int DiskMegabytes = 48;
    private const string What = "disk full";

    public static void Run(CampaignRun run)
    {
        using var disk = TemporaryDisk.TryMount(Path.Combine(run.Directory, "disk"), DiskMegabytes);
        var underLoad = StorageFaults.Plan(context => Fill(context, disk)) with
        {
            Directory = disk is null ? null : Path.Combine(disk.Path, "data"),
            Synchronous = run.Random.Next(2) == 0 ? "NORMAL" : "FULL",
            HasFaultLibrary = disk is null,
            PauseMs = (100, 800),
        };
        underLoad.Run(run, run.PlannedTries);
        if (disk is null)
        {
            run.AddResult("cannot mount: simulated ENOSPC instead; the start on a full disk was not tried");
            return;
        }

        StartOnFullDisk(run, disk, "fresh");
        StartOnFullDisk(run, disk, "data");
    }

    private static void Fill(FaultContext context, TemporaryDisk? disk)
    {
        SetFull(disk, context.Bank, true);
        StorageFaults.CheckThrough(
            context,
            What,
            () =>
            {
                StorageFaults.AwaitRefusals(context, context.Bank.Apis, What);
                StorageFaults.CheckStatements(context, What);
                Thread.Sleep(context.Random.Next(0, 500));
                StorageFaults.CheckStatements(context, What);
                if (context.Index % 3 == 1)
                {
                    context.Bank.Kill();
                    SetFull(disk, context.Bank, false);
                    context.Bank.Start();
                }
            },
            () => SetFull(disk, context.Bank, false));
    }

    private static void SetFull(TemporaryDisk? disk, Bank bank, bool isFull)
    {
        bank.Fail(isFull ? DiskErrors.NoSpace : 0);
        if (isFull)
        {
            disk?.Fill();
        }
        else
        {
            disk?.Free();
        }
    }

    // The server starts or refuses in one line; with space it starts.
    private static void StartOnFullDisk(CampaignRun run, TemporaryDisk disk, string directory)
    {
        var data = Directory.CreateDirectory(Path.Combine(disk.Path, directory)).FullName;
        using var bank = new Bank(run, new BankOptions { DataDirectory = data });
        var api = bank.Apis[0];
        disk.Fill();
        var logOffset = api.Log.Length;
        api.Start();
        var isStarted = bank.TryAwaitAnswer(api);
        if (isStarted)
        {
            run.CheckAnswer(new Probes(bank).Statement(api).Answer, "started on a full disk: a statement");
        }
        else
        {
            Refusal.Check(run, api, logOffset, $"start on a full disk ({directory})", disk.Path, "disk");
        }

        run.AddResult($"start on a full disk ({directory}): {(isStarted ? "started" : "refused")}");
        api.Kill();
        disk.Free();
        api.Start();
        bank.AwaitAnswer(api);
        run.CheckAnswer(new Probes(bank).Post(api).Answer, "started after a full disk: a post");
        bank.Kill();
        LedgerCheck.CheckClients(run, bank.Ledger);
    }
}
