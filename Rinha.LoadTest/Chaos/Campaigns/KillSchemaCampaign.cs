using System.Globalization;
using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Starts both servers on an empty directory and lets whoever makes the ledger die in the middle of it. The other, and
/// the next start, make it from nothing or find it whole.
/// </summary>
internal sealed class KillSchemaCampaign : ICampaign
{
    private const int Clients = 5;
    private const int StepsMax = 28; // It has 30 places to die at, give or take what the other one has done already.

    /// <inheritdoc/>
    public string Name => "kill-schema";

    /// <inheritdoc/>
    public string Fault => "kill -9 while an empty ledger is made";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 20;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        var bothDied = 0;
        for (var index = 0; index < run.Times; index++)
        {
            var directory = Path.Combine(run.Directory, string.Create(CultureInfo.InvariantCulture, $"data{index}"));
            using var bank = new Bank(run, new BankOptions { Faults = true, DataDirectory = directory });
            Start(bank, run, first: run.Random.Next(bank.Apis.Count), isOther: index % 2 == 0);
            Wait.Until(
                Bank.Patience,
                () => bank.Apis.All(api => !api.IsAlive || bank.Past(api).Answers()),
                () => "a server neither dies nor answers");
            run.Check(
                bank.Faults.Any(fault => fault.Hits > 0) && bank.Faults.Sum(fault => fault.Hits) == Dead(bank),
                () => $"{Dead(bank)} have died, {bank.Faults.Sum(fault => fault.Hits)} should: {Logs(bank)}");
            bothDied += Dead(bank) == bank.Apis.Count ? 1 : 0;
            foreach (var fault in bank.Faults)
            {
                fault.Disarm();
            }

            bank.Start();
            var probes = new Probes(bank);
            foreach (var api in bank.Apis)
            {
                var status = probes.Post(api).Answer.Status;
                run.Check(status == 200, () => $"{api.Name} answers a transaction with {status}");
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
        Wait.Until(Bank.Patience, () => File.Exists(bank.DatabasePath + "-gate"), () => Logs(bank));
        bank.Apis[1 - first].Start();
    }

    private static int Dead(Bank bank) => bank.Apis.Count(api => !api.IsAlive);

    private static string Logs(Bank bank) => string.Concat(bank.Apis.Select(api => api.Log));
}
