namespace Rinha.Chaos.Faults;

// Starts both servers on an empty directory and kills one while it creates the ledger. The other server and the
// next start must each find no ledger or a complete one.
internal static class KillInSchema
{
    private const int StepsMax = 28; // Creation passes about 30 fault points, fewer if the other API began it.

    public static void Run(CampaignRun run)
    {
        var bothDied = 0;
        for (var index = 0; index < run.PlannedTries; index++)
        {
            var directory = Path.Combine(run.Directory, $"data{index}");
            using var bank = new Bank(run, new BankOptions { Faults = true, DataDirectory = directory });
            Start(bank, run, first: run.Random.Next(bank.Apis.Count), armsBoth: index % 2 == 0);
            Wait.Until(
                () => bank.Apis.All(api => !api.IsAlive || bank.DirectTo(api).Answers()),
                () => "a server neither dies nor answers");
            var (dead, hits) = (bank.Apis.Count(api => !api.IsAlive), bank.Faults.Sum(fault => fault.Hits));
            run.Check(hits > 0 && hits == dead, () => $"{dead} servers died, expected {hits}: {Logs(bank)}");
            bothDied += dead == bank.Apis.Count ? 1 : 0;
            foreach (var fault in bank.Faults)
            {
                fault.Disarm();
            }

            bank.Start();
            var probes = new Probes(bank);
            foreach (var api in bank.Apis)
            {
                run.CheckAnswer(probes.Post(api).Answer, $"a transaction to {api.Name}");
            }

            LedgerCheck.CheckStorage(run, bank.Ledger);
            var ledger = LedgerRows.Read(bank.Ledger);
            run.Check(
                ledger.Clients.Count == Clients && ledger.RowCount == bank.Apis.Count
                    && ledger.Clients[0].BalanceCents == bank.Apis.Count,
                () => $"{ledger.Clients.Count} clients, {ledger.RowCount} transactions");
            run.CountTry();
        }

        run.AddResult($"both servers died in {bothDied} tries");
    }

    // Every other try arms the second server too.
    private static void Start(Bank bank, CampaignRun run, int first, bool armsBoth)
    {
        foreach (var fault in armsBoth ? bank.Faults : [bank.Faults[first]])
        {
            fault.Arm(FaultPoint.InSchema, run.Random.Next(1, StepsMax + 1), FaultAction.Kill);
        }

        bank.Apis[first].Start();
        // The first server to enter the gate creates the ledger.
        Wait.Until(() => File.Exists(bank.DatabasePath + "-gate"), () => Logs(bank));
        bank.Apis[1 - first].Start();
    }

    private static string Logs(Bank bank) => string.Concat(bank.Apis.Select(api => api.Log));
}

// Kills a server midway through POST /reset. The file must be unchanged, even after the restart, and a second reset
// must empty it.
internal static class KillInReset
{
    private const int PostsMax = 12;
    private const int Steps = 5; // Before each of the four statements, and after the last.

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run, new BankOptions { Faults = true });
        bank.Start();
        var probes = new Probes(bank);
        for (var index = 0; index < run.PlannedTries; index++)
        {
            var victim = run.Random.Next(bank.Apis.Count);
            var (api, other) = (bank.Apis[victim], bank.Apis[1 - victim]);
            for (var posts = run.Random.Next(1, PostsMax + 1); posts > 0; posts--)
            {
                run.CheckAnswer(probes.Post(other, run.Random.Next(1, Clients + 1)).Answer, "a transaction");
            }

            var before = Content(bank.DatabasePath);
            bank.Faults[victim].Arm(FaultPoint.InReset, run.Random.Next(1, Steps + 1), FaultAction.Kill);
            var answer = RawAnswer.Ask(bank.DirectTo(api), "POST", "/reset", json: "");
            run.Check(
                api.WaitForEnd(out _) && answer.Status == 0,
                () => $"the reset got {answer.Status} from a server that should be dead");
            LedgerCheck.CheckStorage(run, bank.Ledger);
            var after = Content(bank.DatabasePath);
            run.Check(after == before, () => $"the ledger changed from {before} to {after}");
            bank.Start();
            run.Check(Content(bank.DatabasePath) == before, () => "the restart changed the ledger");

            run.CheckAnswer(RawAnswer.Ask(bank.DirectTo(api), "POST", "/reset", json: ""), "a reset");
            var empty = Content(bank.DatabasePath);
            run.Check(empty == (0, 0, 0), () => $"after a reset the ledger has {empty}");
            run.CountTry();
        }
    }

    private static (long Rows, long Sequences, long BalancesCents) Content(string path)
    {
        using var connection = new SqliteLedgerSource(path).Open();
        var content = (0L, 0L, 0L);
        connection.ForEach(
            "SELECT (SELECT count(*) FROM transacoes), sum(ultima_seq), sum(abs(saldo) + length(ultimas)) "
            + "FROM clientes",
            row => content = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        return content;
    }
}
