using Microsoft.Data.Sqlite;

namespace Rinha.Chaos.PowerLoss;

// Records what a bank under load writes, then starts a bank on what a disk may hold if the power fails at a moment of
// that recording. The ledger must be a prefix of what was committed; with FULL, no answered transaction may be missing.
internal static class PowerLossCampaign
{
    public static void Run(CampaignRun run)
    {
        string[] plans = ["NORMAL", "FULL"];
        foreach (var synchronous in plans)
        {
            var recording = Recording.Record(run, synchronous);
            run.Check(
                recording.WalStarts > 2,
                () => $"{synchronous}: the WAL restarted only {recording.WalStarts} times");
            var recovery = new RecoveryCheck(run, recording, synchronous);
            var replay = new Replay(recording.Records);
            foreach (var cut in Cut.Choose(recording, run.PlannedTries / plans.Length, run.Random))
            {
                recovery.Try(cut, replay);
                run.CountTry();
            }

            run.AddResult($"{synchronous}: {recording.History.Count:N0} transactions, {recording.WalStarts} WALs; "
                + $"{recovery.LossyCuts} cuts lost answered transactions, {recovery.MaxLost:N0} at most");
        }
    }
}

// A moment of a recording at which the power fails, and what becomes of unsynced data.
internal readonly record struct Cut(long Position, UnsyncedData Unsynced)
{
    // Random cuts in log order, half of them at critical records.
    public static IReadOnlyList<Cut> Choose(Recording recording, int count, Random random)
    {
        var critical = recording.CriticalRecords();
        return
        [
            .. from index in Enumerable.Range(0, count)
               let at = index % 2 == 0 ? random.Next(recording.Records.Count) : random.Pick(critical)
               let unsynced = (UnsyncedData)random.Next((int)UnsyncedData.NewestPages + 1)
               select new Cut(recording.Records[at].End, unsynced) into cut
               orderby cut.Position
               select cut,
        ];
    }
}

// Writes the files as they are after a cut, starts a server on them and checks the ledger it recovers.
internal sealed class RecoveryCheck(CampaignRun run, Recording recording, string synchronous)
{
    private static readonly string[] s_names = ["rinha.db", "rinha.db-wal", "rinha.db-journal"];

    public int MaxLost { get; private set; } // The most answered transactions that a cut lost.
    public int LossyCuts { get; private set; }

    public void Try(Cut cut, Replay replay)
    {
        replay.AdvanceTo(cut.Position);
        var data = Path.Combine(run.Directory, "data");
        WriteFiles(data, replay.DataAfterLoss(cut.Unsynced, run.Random));
        using var bank = new Bank(run, new BankOptions { Synchronous = synchronous, DataDirectory = data });
        var api = bank.Apis[0];
        var what = $"{synchronous} {cut.Unsynced} at byte {cut.Position}";
        api.Start();
        if (!run.Check(bank.TryAwaitAnswer(api), () => $"{what}: the server did not start: {api.Log.TrimEnd()}"))
        {
            return;
        }

        var balances = Enumerable.Range(1, Clients).Select(client => Statement(bank, client, what)).ToList();
        var posted = RawAnswer.Ask(
            bank.DirectTo(api), "POST", "/clientes/1/transacoes", """{"valor":7,"tipo":"c","descricao":"after"}""");
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

    private static void WriteFiles(string data, Dictionary<LoggedFile, byte[]> files)
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
    }

    private long Statement(Bank bank, int client, string what)
    {
        var answer = RawAnswer.Ask(bank.DirectTo(bank.Apis[0]), "GET", $"/clientes/{client}/extrato");
        run.Check(
            BankAnswer.TryReadStatementHead(Encoding.UTF8.GetBytes(answer.Body), out _, out var balanceCents)
                && answer.Status == 200,
            () => $"{what}: the statement of client {client} got {answer.Status} {answer.Body}");
        return balanceCents;
    }

    private void Check(List<PostedRow> history, List<long> balances, Cut cut, long syncedPosition, string what)
    {
        var kept = history.Count - 1; // Without the post after the recovery.
        var recorded = recording.History;
        run.Check(
            kept >= 0 && kept <= recorded.Count && history.Take(kept).SequenceEqual(recorded.Take(kept)),
            () => $"{what}: the {kept} rows are not a prefix of the {recorded.Count} committed");
        run.Check(kept >= 0 && history[^1].Text == "after", () => $"{what}: the post after the recovery is missing");
        for (var client = 1; client <= Clients; client++)
        {
            var expected = history.Take(kept).Where(row => row.ClientId == client).Sum(row => row.SignedCents);
            var stated = balances[client - 1];
            run.Check(
                stated == expected, () => $"{what}: client {client}'s statement has {stated}, the file {expected}");
        }

        var required = recording.RowsAnsweredBy(synchronous == "FULL" ? cut.Position : syncedPosition);
        run.Check(kept >= required, () => $"{what}: {kept} rows; {required} were answered and synced");
        var lost = recording.AnsweredAfter(kept, cut.Position);
        MaxLost = Math.Max(MaxLost, lost);
        LossyCuts += lost > 0 ? 1 : 0;
    }
}
