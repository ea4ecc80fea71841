namespace Rinha.Chaos.Fuzz;

// Sends generated and mutated requests to both servers and through nginx. Each must get an answer that its grammar
// rule allows; an error changes nothing; no process may exit or grow in memory.
internal static class FuzzCampaign
{
    private const int Batches = 5;
    private const double GrowthMax = 1.10;
    private const long GrowthBytesMax = 4L * 1024 * 1024;

    public static void Run(CampaignRun run, bool isLayer4)
    {
        using var bank = new Bank(run, new BankOptions { IsLayer4 = isLayer4 });
        bank.Start();
        var cases = new FuzzCases(run.Seed);
        using var engine = new FuzzEngine(bank, run);
        var processes = bank.Processes.Select(process => process.ProcessId).ToList();
        var memory = new List<long>();
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < Batches; batch++)
        {
            var (first, next) = (run.PlannedTries * batch / Batches, run.PlannedTries * (batch + 1) / Batches);
            try
            {
                engine.Run(cases, first, next - first);
            }
            catch (ChaosException error)
            {
                run.Check(false, () => $"{error.Message}; {string.Concat(bank.Apis.Select(api => api.Log))}");
            }

            run.CheckAlive(bank, $"after {run.Tries} of {next} cases");
            if (!bank.Processes.All(process => process.IsAlive))
            {
                return;
            }

            CheckLedger(run, bank, engine);
            memory.AddRange(batch == 0 ? bank.Apis.Select(api => api.ResidentBytes.Own) : []);
        }

        var seconds = watch.Elapsed.TotalSeconds;
        run.Check(
            processes.SequenceEqual(bank.Processes.Select(process => process.ProcessId)),
            () => "a process was restarted");
        CheckMemory(run, bank, memory);
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.AddResult($"{run.PlannedTries / seconds:N0} cases/s, {engine.Posted:N0} posted");
        run.AddResult(engine.Statuses);
    }

    // Every 200 has its row, every row its 200, and every balance is the sum of its rows.
    private static void CheckLedger(CampaignRun run, Bank bank, FuzzEngine engine)
    {
        var ledger = LedgerRows.Read(bank.Ledger);
        var rows = ledger.Clients.Sum(client => client.Rows);
        run.Check(
            rows >= engine.Posted - engine.MaybeRepeated && rows <= engine.Posted + engine.MaybePosted,
            () => $"{rows} rows, {engine.Posted} answers of 200 (at most {engine.MaybeRepeated} replays, "
                + $"at most {engine.MaybePosted} answers dropped by nginx)");
        run.Check(Oracle.Clients(ledger));
    }

    private static void CheckMemory(CampaignRun run, Bank bank, List<long> before)
    {
        foreach (var (api, was) in bank.Apis.Zip(before))
        {
            var now = api.ResidentBytes.Own;
            run.Check(
                now <= (was * GrowthMax) + GrowthBytesMax,
                () => $"{api.Name} grew from {was:N0} to {now:N0} bytes");
            run.AddResult($"{api.Name} {was / 1048576.0:F1} → {now / 1048576.0:F1} MB");
        }
    }
}
