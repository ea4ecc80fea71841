using Microsoft.Data.Sqlite;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Lets a server die in the middle of <c>POST /reset</c>. Afterwards either everything is there or nothing is, for
/// who looks into the file and for who asks the other server.
/// </summary>
internal sealed class KillResetCampaign : ICampaign
{
    private const int Clients = 5;
    private const int PostsMax = 12;
    private const int Steps = 5; // Before each of the four statements, and after the last.

    /// <inheritdoc/>
    public string Name => "kill-reset";

    /// <inheritdoc/>
    public string Fault => "kill -9 in a reset";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 20;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
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
                var status = probes.Post(other, run.Random.Next(1, Clients + 1)).Answer.Status;
                run.Check(status == 200, () => $"a transaction is answered {status}");
            }

            var before = Content(bank.DatabasePath);
            bank.Faults[victim].Arm(FaultPoint.InReset, run.Random.Next(1, Steps + 1), FaultAction.Kill);
            var answer = RawAnswer.Ask(bank.Past(api), "POST", "/reset", json: "");
            run.Check(
                api.WaitForEnd(Bank.Patience, out _) && answer.Status == 0,
                () => $"the reset is answered {answer.Status}, and its server should be dead");
            LedgerCheck.CheckStorage(run, bank.Ledger);
            var after = Content(bank.DatabasePath);
            run.Check(after == before, () => $"{before} has become {after}");
            bank.Start();
            run.Check(Content(bank.DatabasePath) == before, () => "the restart has changed the ledger");

            var whole = RawAnswer.Ask(bank.Past(api), "POST", "/reset", json: "");
            var empty = Content(bank.DatabasePath);
            run.Check(
                whole.Status == 200 && empty == (0, 0, 0),
                () => $"a reset is answered {whole.Status} and leaves {empty}");
            run.Tried();
        }
    }

    private static (long Rows, long Sequences, long BalancesCents) Content(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT (SELECT count(*) FROM transacoes), sum(ultima_seq), sum(abs(saldo) + length(ultimas)) "
            + "FROM clientes";
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
