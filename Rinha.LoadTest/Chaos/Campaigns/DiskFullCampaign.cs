using Rinha.LoadTest.Chaos.Storage;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Fills the ledger's disk under load and gives the room back: posts are refused meanwhile, statements are not, and
/// nothing has to be started again. Then starts the bank on a full disk.
/// </summary>
internal sealed class DiskFullCampaign : ICampaign
{
    private const double Rate = 2_000;
    private const int DiskMegabytes = 48;
    private const int NoSpace = 28; // ENOSPC

    /// <inheritdoc/>
    public string Name => "disk-full";

    /// <inheritdoc/>
    public string Fault => "a disk without room, under load and at the start";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 10;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        var mounted = Path.Combine(run.Directory, "disk");
        using var disk = TemporaryDisk.TryMount(mounted, DiskMegabytes);
        UnderLoad(run, disk);
        if (disk is null)
        {
            run.Measured("no right to mount: the library said that the disk is full; no start on a full disk");
            return;
        }

        StartOnFullDisk(run, disk, "fresh");
        StartOnFullDisk(run, disk, "data");
    }

    private static void UnderLoad(CampaignRun run, TemporaryDisk? disk)
    {
        using var loaded = new LoadedBank(
            run,
            new BankOptions
            {
                DataDirectory = disk is null ? null : Path.Combine(disk.Path, "data"),
                Synchronous = run.Random.Next(2) == 0 ? "NORMAL" : "FULL",
                Faults = disk is null,
            },
            Rate);
        var bank = loaded.Bank;
        for (var index = 0; index < run.Times; index++)
        {
            const string What = "disk full";
            Thread.Sleep(run.Random.Next(100, 800));
            SetFull(disk, bank, true);
            loaded.Endure(
                () =>
                {
                    foreach (var api in bank.Apis)
                    {
                        loaded.Probe.AwaitRefusal(api, "storage", Bank.Patience, What);
                    }

                    loaded.Probe.CheckStatements(What);
                    Thread.Sleep(run.Random.Next(0, 500));
                    loaded.Probe.CheckStatements(What);
                    if (index % 3 == 1)
                    {
                        bank.Kill();
                        SetFull(disk, bank, false);
                        bank.Start();
                    }
                },
                What);
            SetFull(disk, bank, false);
            loaded.Probe.AwaitRecovery(What);
            run.Tried();
        }

        loaded.Finish();
    }

    private static void SetFull(TemporaryDisk? disk, Bank bank, bool isFull)
    {
        foreach (var control in bank.Faults)
        {
            control.WriteErrno = isFull ? NoSpace : 0;
        }

        if (isFull)
        {
            disk?.Fill();
        }
        else
        {
            disk?.Free();
        }
    }

    // It works, or says why not in one line; with room it works.
    private static void StartOnFullDisk(CampaignRun run, TemporaryDisk disk, string directory)
    {
        var data = Directory.CreateDirectory(Path.Combine(disk.Path, directory)).FullName;
        using var bank = new Bank(run, new BankOptions { DataDirectory = data });
        var api = bank.Apis[0];
        disk.Fill();
        var said = api.Log.Length;
        api.Start();
        var isStarted = bank.TryAwaitAnswer(api);
        if (isStarted)
        {
            var answer = RawAnswer.Ask(bank.Past(api), "GET", "/clientes/1/extrato");
            run.Check(answer.Status == 200, () => $"started on a full disk: {answer.Status} {answer.Body}");
        }
        else
        {
            Refusal.Check(run, api, said, $"start on a full disk ({directory})", disk.Path, "disk");
        }

        run.Measured($"start on a full disk ({directory}): {(isStarted ? "works" : "refused")}");
        api.Kill();
        disk.Free();
        api.Start();
        bank.AwaitAnswer(api);
        var post = new Probe(run, bank).Post(api);
        run.Check(post.Status == 200, () => $"started after a full disk: {post.Status} {post.Body}");
        bank.Kill();
        LedgerCheck.CheckClients(run, bank.Ledger);
    }
}
