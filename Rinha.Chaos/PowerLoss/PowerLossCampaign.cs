using Microsoft.Data.Sqlite;

namespace Rinha.Chaos.PowerLoss;

// Records what a bank under load writes, and opens what a disk may have if the power goes at any moment of it: the
// ledger is a beginning of what was committed, whole, and with FULL nothing is missing that was answered.
internal static class PowerLossCampaign
{
    private const double LowRate = 1_500;
    private const double HighRate = 5_000;

    public static void Run(CampaignRun run)
    {
        (string Synchronous, double Rate)[] plans =
        [
            ("NORMAL", LowRate), ("FULL", LowRate),
            .. run.Setting.IsShort ? [] : new[] { ("NORMAL", HighRate), ("FULL", HighRate) },
        ];
        foreach (var (index, plan) in plans.Index())
        {
            var recording = Recording.Make(run, $"recorded{index}", plan.Synchronous, plan.Rate);
            run.Check(
                recording.WalStarts > 2,
                () => $"{plan.Synchronous}: the WAL was started only {recording.WalStarts} times");
            var restart = new Restart(run, recording, plan.Synchronous);
            var replay = new Replay(recording.Records);
            foreach (var cut in Cut.Choose(recording, run.Times / plans.Length, run.Random))
            {
                restart.Try(cut, replay);
                run.Tried();
            }

            run.Measured($"{plan.Synchronous}: {recording.History.Count:N0} transactions, {recording.WalStarts} WALs; "
                + $"{restart.Losing} cuts lost answered ones, {restart.MostLost:N0} at most");
        }
    }
}

internal readonly record struct Cut(long Position, Remains Remains)
{
    // Cuts at random, half of them at the delicate moments, in the order of the log.
    public static IReadOnlyList<Cut> Choose(Recording recording, int count, Random random)
    {
        var delicate = recording.DelicateRecords();
        return
        [
            .. from index in Enumerable.Range(0, count)
               let at = index % 2 == 0 ? random.Next(recording.Records.Count) : random.Pick(delicate)
               select new Cut(recording.Records[at].End, (Remains)random.Next((int)Remains.Newest + 1)) into cut
               orderby cut.Position
               select cut,
        ];
    }
}

internal sealed class Restart(CampaignRun run, Recording recording, string synchronous)
{
    private const int GarbageBytesMax = 64 * 1024;

    private static readonly string[] s_names = ["rinha.db", "rinha.db-wal", "rinha.db-journal"];

    public int MostLost { get; private set; } // How many answered transactions were lost at most, with NORMAL.

    public int Losing { get; private set; }

    public void Try(Cut cut, Replay replay)
    {
        replay.AdvanceTo(cut.Position);
        var data = Path.Combine(run.Directory, "data");
        LayOut(data, replay.Lose(cut.Remains, run.Random));
        using var bank = new Bank(run, new BankOptions { Synchronous = synchronous, DataDirectory = data });
        var api = bank.Apis[0];
        var what = $"{synchronous} {cut.Remains} at byte {cut.Position}";
        api.Start();
        if (!run.Check(bank.TryAwaitAnswer(api), () => $"{what}: the server does not start: {api.Log.TrimEnd()}"))
        {
            return;
        }

        var balances = Enumerable.Range(1, Clients).Select(client => Statement(bank, client, what)).ToList();
        var posted = RawAnswer.Ask(
            bank.Past(api), "POST", "/clientes/1/transacoes", """{"valor":7,"tipo":"c","descricao":"after"}""");
        run.CheckAnswer(posted, $"{what}: a post");
        bank.Kill();
        try
        {
            LedgerCheck.CheckClients(run, bank.Ledger);
            Check(PostedRow.ReadAll(bank.DatabasePath), balances, cut, replay.SyncedWalPosition, what);
        }
        catch (SqliteException error)
        {
            run.Check(false, () => $"{what}: {error.Message}");
        }
    }

    private void LayOut(string data, Dictionary<LoggedFile, byte[]> files)
    {
        if (Directory.Exists(data))
        {
            Directory.Delete(data, recursive: true);
        }

        Directory.CreateDirectory(data);
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(Path.Combine(data, s_names[(int)name]), bytes);
        }

        LayOutMapped(Path.Combine(data, "rinha.db-shm"), recording.SharedMemory);
        LayOutMapped(Path.Combine(data, "rinha.db-gate"), recording.Gate);
    }

    // What is written through a mapping is never synced: it is there, as old as it may be, or not, or in disorder.
    private void LayOutMapped(string path, byte[] stale)
    {
        switch (run.Random.Next(3))
        {
            case 0:
                File.WriteAllBytes(path, stale);
                break;
            case 1:
                var garbage = new byte[run.Random.Next(GarbageBytesMax)];
                run.Random.NextBytes(garbage);
                File.WriteAllBytes(path, garbage);
                break;
        }
    }

    private long Statement(Bank bank, int client, string what)
    {
        var answer = RawAnswer.Ask(bank.Past(bank.Apis[0]), "GET", $"/clientes/{client}/extrato");
        run.Check(
            BankAnswer.TryReadStatementHead(Encoding.UTF8.GetBytes(answer.Body), out _, out var balanceCents)
                && answer.Status == 200,
            () => $"{what}: the statement of client {client} is answered {answer.Status} {answer.Body}");
        return balanceCents;
    }

    private void Check(List<PostedRow> history, List<long> balances, Cut cut, long syncedPosition, string what)
    {
        var kept = history.Count - 1; // The last one was posted afterwards.
        var recorded = recording.History;
        run.Check(
            kept >= 0 && kept <= recorded.Count && history.Take(kept).SequenceEqual(recorded.Take(kept)),
            () => $"{what}: the {kept} rows are not the first ones of the {recorded.Count} that were committed");
        run.Check(kept >= 0 && history[^1].Text == "after", () => $"{what}: the post afterwards is not there");
        for (var client = 1; client <= Clients; client++)
        {
            var expected = history.Take(kept).Where(row => row.ClientId == client).Sum(row => row.SignedCents);
            var told = balances[client - 1];
            run.Check(told == expected, () => $"{what}: client {client}'s statement has {told}, the file {expected}");
        }

        var mustBe = recording.RowsAnsweredBy(synchronous == "FULL" ? cut.Position : syncedPosition);
        run.Check(kept >= mustBe, () => $"{what}: {kept} rows; {mustBe} were answered and synced");
        var lost = recording.AnsweredAfter(kept, cut.Position);
        MostLost = Math.Max(MostLost, lost);
        Losing += lost > 0 ? 1 : 0;
    }
}
