namespace Rinha.Chaos.Faults;

// Starts both servers on an empty directory and lets the one that makes the ledger die in the middle of it. The other,
// and the next start, make it from nothing or find it whole.
internal static class KillInSchema
{
    private const int StepsMax = 28; // It has 30 places to die at, give or take what the other one has done already.

    public static void Run(CampaignRun run)
    {
        var bothDied = 0;
        for (var index = 0; index < run.Times; index++)
        {
            var directory = Path.Combine(run.Directory, $"data{index}");
            using var bank = new Bank(run, new BankOptions { Faults = true, DataDirectory = directory });
            Start(bank, run, first: run.Random.Next(bank.Apis.Count), isOther: index % 2 == 0);
            Wait.Until(
                () => bank.Apis.All(api => !api.IsAlive || bank.Past(api).Answers()),
                () => "a server neither dies nor answers");
            var (dead, hits) = (bank.Apis.Count(api => !api.IsAlive), bank.Faults.Sum(fault => fault.Hits));
            run.Check(hits > 0 && hits == dead, () => $"{dead} have died, {hits} should: {Logs(bank)}");
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
                ledger.Clients.Count() == Clients && ledger.Rows.Count == bank.Apis.Count
                    && ledger.Clients.First().BalanceCents == bank.Apis.Count,
                () => $"{ledger.Clients.Count()} clients, {ledger.Rows.Count} transactions");
            run.Tried();
        }

        run.Measured($"both died {bothDied} times");
    }

    // Every second time the one that comes later is to die as well, wherever it finds itself then.
    private static void Start(Bank bank, CampaignRun run, int first, bool isOther)
    {
        foreach (var fault in isOther ? bank.Faults : [bank.Faults[first]])
        {
            fault.Arm(FaultPoint.InSchema, run.Random.Next(1, StepsMax + 1), FaultAction.Kill);
        }

        bank.Apis[first].Start();
        // It makes the ledger if it comes to the gate first.
        Wait.Until(() => File.Exists(bank.DatabasePath + "-gate"), () => Logs(bank));
        bank.Apis[1 - first].Start();
    }

    private static string Logs(Bank bank) => string.Concat(bank.Apis.Select(api => api.Log));
}

// Lets a server die in the middle of POST /reset. Afterwards either everything is there or nothing is, in the file and
// in what the other server says.
internal static class KillInReset
{
    private const int PostsMax = 12;
    private const int Steps = 5; // Before each of the four statements, and after the last.

    public static void Run(CampaignRun run)
    {
        using var bank = new Bank(run, new BankOptions { Faults = true });
        bank.Start();
        var probes = new Probes(bank);
        for (var index = 0; index < run.Times; index++)
        {
            var victim = run.Random.Next(bank.Apis.Count);
            var (api, other) = (bank.Apis[victim], bank.Apis[1 - victim]);
            for (var posts = run.Random.Next(1, PostsMax + 1); posts > 0; posts--)
            {
                run.CheckAnswer(probes.Post(other, run.Random.Next(1, Clients + 1)).Answer, "a transaction");
            }

            var before = Content(bank.DatabasePath);
            bank.Faults[victim].Arm(FaultPoint.InReset, run.Random.Next(1, Steps + 1), FaultAction.Kill);
            var answer = RawAnswer.Ask(bank.Past(api), "POST", "/reset", json: "");
            run.Check(
                api.WaitForEnd(out _) && answer.Status == 0,
                () => $"the reset is answered {answer.Status}, and its server should be dead");
            LedgerCheck.CheckStorage(run, bank.Ledger);
            var after = Content(bank.DatabasePath);
            run.Check(after == before, () => $"{before} has become {after}");
            bank.Start();
            run.Check(Content(bank.DatabasePath) == before, () => "the restart has changed the ledger");

            run.CheckAnswer(RawAnswer.Ask(bank.Past(api), "POST", "/reset", json: ""), "a reset");
            var empty = Content(bank.DatabasePath);
            run.Check(empty == (0, 0, 0), () => $"a reset leaves {empty}");
            run.Tried();
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
