namespace Rinha.Chaos.Machines;

// A machine whose power is cut again and again. Synchronous: RINHA_SYNCHRONOUS; null for a ledger in PostgreSQL.
internal sealed record PowerCutPlan(string FileSystem, string? Synchronous, int Cuts)
{
    public static readonly IReadOnlyList<PowerCutPlan> All =
    [
        new("ext4", "FULL", 20), new("xfs", "FULL", 20), new("ext4", "NORMAL", 6), new("xfs", "NORMAL", 6),
        new("ext4", null, 5),
    ];

    public bool IsOnPostgres => Synchronous is null;
    public bool MayLose => Synchronous == "NORMAL";

    public IReadOnlyList<PowerCutMoment> Moments => this switch
    {
        { IsOnPostgres: true } => [PowerCutMoment.Load, PowerCutMoment.Restart, PowerCutMoment.Reset],
        { MayLose: true } => [.. PowerCutMoment.All.Where(moment => moment != PowerCutMoment.Reset)],
        _ => PowerCutMoment.All,
    };

    public override string ToString() => $"{Synchronous ?? "PostgreSQL"} on {FileSystem}";
}

// What runs under load when the power fails, at most so long after the script has returned.
internal sealed record PowerCutMoment(string Name, int DelayMaxMs, string Script)
{
    public const string Backups = Machine.DataPath + "/backup";

    public static readonly PowerCutMoment Load = new("load", 3_000, "true");
    public static readonly PowerCutMoment Reset = new("reset", 300, "true"); // Sent from outside.
    public static readonly PowerCutMoment Restart =
        new("rolling restart", 5_000, "(systemctl restart rinha@1 && systemctl restart rinha@2) &");

    public static readonly IReadOnlyList<PowerCutMoment> All =
    [
        Load, Reset, Restart,
        new("checkpoint", 3_000, "(while :; do rinha-ledger checkpoint; done) >/dev/null &"),
        new("backup", 500, $"""
            systemctl start --no-block rinha-backup
            for wait in $(seq 200); do ! ls {Backups}/*.unfinished-* 2>/dev/null || break; sleep 0.02; done
            """),
    ];
}

// Kills a machine under load and boots it again on the same disks. Nothing acknowledged is missing; with NORMAL, what
// is there is a prefix of it. A backup is whole or absent.
internal sealed class PowerCutCampaign(CampaignRun run, Machine machine, MachineBank bank, PowerCutPlan plan)
{
    private const int AcknowledgedAfter = 50;
    private const int InFlight = MachineBank.Connections;

    private int _lossyCuts, _lostMax, _backups, _unfinished, _resets;
    private bool _isTakenBack; // Acknowledged transactions are gone, as they may be: times prove nothing any more.

    public static void Run(CampaignRun run)
    {
        var files = MachineBank.MakePackages(run);
        foreach (var plan in PowerCutPlan.All)
        {
            var image = MachineImage.Obtain(run.Settings, plan.IsOnPostgres ? ["postgresql"] : []);
            using var machine = new Machine(run, image, files, new MachineOptions { FileSystem = plan.FileSystem });
            using var bank = new MachineBank(run, machine);
            new PowerCutCampaign(run, machine, bank, plan).Run();
        }
    }

    // One cut with FULL under clients that retry, on another campaign's machine; judges that campaign's loads too.
    public static void CutOnce(CampaignRun run, Machine machine, MachineBank bank)
    {
        machine.Require("sync"); // The package's files: dpkg did not wait for the disk.
        new PowerCutCampaign(run, machine, bank, PowerCutPlan.All[0]).Cut(PowerCutMoment.Load, hasKeys: true);
    }

    private void Run()
    {
        machine.Boot();
        SetUp();
        var first = run.Random.Next(plan.Moments.Count);
        for (var index = 0; index < plan.Cuts; index++)
        {
            var moment = plan.Moments[(first + index) % plan.Moments.Count];
            Cut(moment, hasKeys: index % 2 == 0 && !plan.MayLose && moment != PowerCutMoment.Reset);
            run.CountTry();
            machine.Require("systemctl start rinha.target && sync"); // What is there now survives the next cut.
        }

        var lost = plan.MayLose ? $"; {_lossyCuts} cuts lost acknowledged ones, {_lostMax:N0} at most" : "";
        run.AddResult($"{plan}: {plan.Cuts} cuts, {bank.Acknowledged:N0} acknowledged{lost}; {_backups} backups whole, "
            + $"{_unfinished} unfinished; {_resets} resets in force");
    }

    private void SetUp()
    {
        if (plan.IsOnPostgres)
        {
            machine.Require($$"""
                pg_lsclusters -h | while read -r version name rest; do pg_dropcluster --stop $version $name; done
                sed -i 's, {{Machine.DataPath}} , /var/lib/postgresql ,' /etc/fstab
                systemctl daemon-reload
                umount {{Machine.DataPath}} && mount /var/lib/postgresql && chown postgres: /var/lib/postgresql
                pg_createcluster --encoding=UTF8 --start $(ls /usr/lib/postgresql) main
                """);
        }

        bank.Install();
        machine.Require("echo RINHA_ENABLE_RESET=true >>/etc/rinha/rinha.env");
        machine.Require(plan.IsOnPostgres
            ? """
                runuser -u postgres -- createuser rinha && runuser -u postgres -- createdb -O rinha rinha
                cd /etc/rinha
                sed -i 's,^DATABASE_URL=.*,DATABASE_URL=postgres://rinha@/rinha?host=/run/postgresql,' rinha.env
                echo RINHA_DATABASE_WAIT=3600 >>rinha.env && systemctl disable --now rinha-backup.timer
                """
            : $"sed -i 's/^RINHA_SYNCHRONOUS=.*/RINHA_SYNCHRONOUS={plan.Synchronous}/' /etc/rinha/rinha.env");
        machine.Require("systemctl restart rinha@1 && systemctl restart rinha@2 && sync");
        bank.CheckUp();
    }

    private void Cut(PowerCutMoment moment, bool hasKeys)
    {
        bank.StartLoad(hasKeys);
        if (plan.MayLose)
        {
            machine.Require("sync"); // So that the cut takes a part only.
            bank.AwaitAcknowledged(AcknowledgedAfter);
        }

        var reset = moment == PowerCutMoment.Reset ? ResetAsync(bank.Watch.Acknowledged) : null;
        machine.Require(moment.Script);
        Thread.Sleep(run.Random.Next(moment.DelayMaxMs));
        machine.CutPower();
        if (!hasKeys)
        {
            bank.StopLoad();
        }

        machine.Boot();
        bank.CheckUp();
        var log = bank.Logs[^1];
        if (hasKeys)
        {
            bank.AwaitAcknowledged(AcknowledgedAfter);
            bank.StopLoad();
            var open = log.Unknown + log.Unavailable;
            run.Check(open == 0, () => $"{open} transactions got no answer despite retries: {bank.Watch.Failures}");
        }

        CheckBackups();
        machine.Require("systemctl stop rinha.target 'rinha@*' rinha-nginx");
        ILedgerSource ledger =
            plan.IsOnPostgres ? OpenPostgres() : MachineBank.CopyLedger(run, machine, Machine.DataPath);
        var verified = machine.Run("rinha-ledger verify");
        run.Check(verified.Succeeded, () => $"{plan}, {moment.Name}: {verified.Output}");
        var rows = LedgerRows.Read(ledger);
        if (reset is not null)
        {
            ForgetReset(reset.Result, rows);
        }

        if (plan.MayLose)
        {
            ForgetLost(rows);
        }

        _isTakenBack |= reset is not null || plan.MayLose;
        bank.CheckLedger(ledger, isTimed: !_isTakenBack);
        Console.Error.WriteLine($"  {plan}, {moment.Name}{(hasKeys ? ", keys" : "")}: {log.Acknowledged:N0} "
            + $"acknowledged, {log.Unknown} unknown, {run.ViolationCount} violations");
        machine.Require("systemctl stop ledger.socket ledger.service 2>/dev/null; true");
    }

    private Task<Reset> ResetAsync(int before) => Task.Run(() => new Reset(
        before, RawAnswer.Ask(machine.Front, "POST", "/reset", json: "").Status, bank.Watch.Acknowledged));

    private void CheckBackups()
    {
        var found = machine.Run($"""
            cd {PowerCutMoment.Backups} || exit 0
            for backup in $(ls | grep '\.db$'); do
              runuser -u rinha -- env DATABASE_URL="$PWD/$backup" /usr/lib/rinha/Rinha.Server verify || exit 1
              echo whole
            done
            ls | sed -n 's/.*unfinished.*/unfinished/p'
            rm -f *
            """);
        run.Check(found.Succeeded, () => $"a backup: {found.Output}");
        _unfinished += found.Lines.Count(line => line == "unfinished");
        _backups += found.Lines.Count(line => line == "whole");
    }

    // Puts the database in nginx's place.
    private PostgresLedgerSource OpenPostgres()
    {
        machine.Require("""
            systemd-run --quiet --unit=ledger --socket-property=ListenStream=0.0.0.0:9999 -p User=postgres \
              /lib/systemd/systemd-socket-proxyd /run/postgresql/.s.PGSQL.5432
            """);
        _ = PostgresUrl.TryParse($"postgres://postgres@127.0.0.1:{run.Settings.Port}/rinha", out var url);
        return new PostgresLedgerSource(url!);
    }

    // A reset in force has taken what was acknowledged before it and nothing that was sent after its answer. Without an
    // answer it is in force or not.
    private void ForgetReset(Reset reset, LedgerRows rows)
    {
        var texts = bank.Watch.AcknowledgedTexts;
        var earlier = bank.Logs.SkipLast(1).SelectMany(log => log.Requests)
            .Where(request => request.Outcome == Outcome.Acknowledged);
        List<long> before = [.. earlier.Select(request => request.Text), .. texts.Take(reset.Before)];
        var kept = before.Count(rows.Contains);
        var isInForce = kept == 0;
        run.Check(
            isInForce || (kept == before.Count && reset.Status != 200),
            () => $"a reset that got {reset.Status} left {kept} of {before.Count} transactions");
        if (!isInForce)
        {
            return;
        }

        _resets++;
        var lost = texts.Skip(reset.After).Count(text => !rows.Contains(text));
        run.Check(reset.Status != 200 || lost <= InFlight, () => $"{lost} acknowledged after a reset are missing");
        foreach (var log in bank.Logs)
        {
            Forget(log, rows);
        }
    }

    // An acknowledged transaction in the ledger behind a missing one was in flight when that one was answered.
    private void ForgetLost(LedgerRows rows)
    {
        var behind = bank.Watch.AcknowledgedTexts.SkipWhile(rows.Contains).Count(rows.Contains);
        run.Check(behind < InFlight, () => $"{behind} acknowledged after the first missing transaction are there");
        var lost = Forget(bank.Logs[^1], rows);
        _lostMax = Math.Max(_lostMax, lost);
        _lossyCuts += lost > 0 ? 1 : 0;
    }

    private static int Forget(TransactionLog log, LedgerRows rows) =>
        log.RemoveAcknowledged(text => !rows.Contains(text));

    // How many transactions were acknowledged before it was sent, and before its answer.
    private sealed record Reset(int Before, int Status, int After);
}
