using System.Diagnostics;
using System.Globalization;
using Rinha.LoadTest.Chaos.Fuzz;
using Rinha.LoadTest.Check;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Sends requests of a grammar and damaged ones to both servers and through nginx. Each must be answered as the rules
/// say or refused; what is refused changes nothing; nobody ends, and nobody's memory grows.
/// </summary>
internal sealed class FuzzCampaign : ICampaign
{
    private const int Batches = 5;
    private const double GrowthMax = 1.10;
    private const long GrowthBytesMax = 4L * 1024 * 1024;

    /// <inheritdoc/>
    public string Name => "fuzz";

    /// <inheritdoc/>
    public string Fault => "good, bad and damaged HTTP and JSON";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 20_000 : 1_000_000;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        using var bank = new Bank(run);
        bank.Start();
        var cases = new FuzzCases(run.Seed);
        var findings = new FuzzFindings(run);
        using var engine = new FuzzEngine(bank) { Found = findings.Add, Tried = run.Tried };
        var processes = bank.Apis.Append(bank.Nginx).Select(process => process.ProcessId).ToList();
        var memory = new List<long>();
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < Batches; batch++)
        {
            var (first, next) = (run.Times * (long)batch / Batches, run.Times * (batch + 1L) / Batches);
            try
            {
                engine.Run(cases, first, next - first);
            }
            catch (ChaosException error)
            {
                run.Check(false, () => $"{error.Message}; {string.Concat(bank.Apis.Select(api => api.Log))}");
            }

            if (!run.Check(bank.Apis.Append(bank.Nginx).All(process => process.IsAlive), () => "a process has ended"))
            {
                FindKiller(run, bank, engine);
                return;
            }

            CheckLedger(run, bank, engine);
            memory.AddRange(batch == 0 ? bank.Apis.Select(api => ProcessMemory.OwnBytes(api.ProcessId)) : []);
        }

        var seconds = watch.Elapsed.TotalSeconds;
        findings.Report();
        run.Check(
            processes.SequenceEqual(bank.Apis.Append(bank.Nginx).Select(process => process.ProcessId)),
            () => "a process was started again");
        CheckMemory(run, bank, memory);
        LedgerCheck.CheckStorage(run, bank.Ledger);
        run.Measured(string.Create(
            CultureInfo.InvariantCulture, $"{run.Times / seconds:N0} cases/s, {engine.Posted:N0} posted"));
        run.Measured(engine.Statuses);
    }

    // Every row was answered with 200, every 200 has its row, and nothing else has moved a balance.
    private static void CheckLedger(CampaignRun run, Bank bank, FuzzEngine engine)
    {
        var clients = LedgerRows.Read(bank.Ledger).Clients.ToList();
        var rows = clients.Sum(client => client.Rows);
        run.Check(
            rows >= engine.Posted - engine.MaybeRepeated && rows <= engine.Posted + engine.MaybePosted,
            () => $"{rows} rows, {engine.Posted} answers of 200 (repeated at most {engine.MaybeRepeated}, "
                + $"not brought back by nginx at most {engine.MaybePosted})");
        foreach (var client in clients)
        {
            run.Check(
                client.BalanceCents == client.SumCents && client.OutOfTurn == 0 && client.Sequence == client.Rows,
                () => $"{client}");
        }
    }

    private static void CheckMemory(CampaignRun run, Bank bank, List<long> before)
    {
        for (var index = 0; index < bank.Apis.Count; index++)
        {
            var (was, now) = (before[index], ProcessMemory.OwnBytes(bank.Apis[index].ProcessId));
            run.Check(
                now <= (was * GrowthMax) + GrowthBytesMax,
                () => $"{bank.Apis[index].Name} has grown from {was:N0} to {now:N0} bytes");
            run.Measured(string.Create(
                CultureInfo.InvariantCulture,
                $"{bank.Apis[index].Name} {was / 1048576.0:F1} → {now / 1048576.0:F1} MB"));
        }
    }

    // One of the last cases has ended a process: each is tried again on a bank of its own life.
    private static void FindKiller(CampaignRun run, Bank bank, FuzzEngine engine)
    {
        bool Kills(byte[] bytes)
        {
            bank.Start();
            foreach (var api in bank.Apis)
            {
                _ = RawAnswer.Exchange(bank.Past(api), bytes, TimeSpan.FromMilliseconds(500));
            }

            return Wait.For(TimeSpan.FromMilliseconds(100), () => bank.Apis.Any(api => !api.IsAlive));
        }

        if (engine.Recent.FirstOrDefault(one => Kills(one.Bytes)) is not { } killer)
        {
            run.Check(false, () => "no single case of the last ones ends it again");
            return;
        }

        var path = FuzzFindings.Write(run, "crash", CaseMinimizer.Minimize(killer.Bytes, Kills));
        run.Check(false, () => $"case {killer.Number} ends a server: {path}");
    }
}
