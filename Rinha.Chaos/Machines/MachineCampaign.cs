using Rinha.Stack.Stacks;

namespace Rinha.Chaos.Machines;

// A life of the Debian package on a machine: installed, limited, out of memory, upgraded and back, rebooted, backed up,
// removed, installed again and cut off its power. Each step checks what the kernel and systemd have in force.
internal sealed class MachineCampaign(CampaignRun run, Machine machine, MachineBank bank)
{
    public const int Steps = 8;

    private const int ExposureMax = 20; // Tenths (systemd-analyze security).
    private const string Slice = "rinha.slice";

    public static void Run(CampaignRun run)
    {
        var image = MachineImage.Obtain(run.Settings);
        using var machine = new Machine(run, image, MachineBank.MakePackages(run));
        using var bank = new MachineBank(run, machine);
        machine.Boot();
        bank.Install();
        run.CountTry();
        var campaign = new MachineCampaign(run, machine, bank);
        Action[] steps =
        [
            campaign.CheckLimits, campaign.RunOutOfMemory, campaign.UpgradeAndBack, campaign.BackUp, campaign.Reboot,
            campaign.Reinstall, () => PowerCutCampaign.CutOnce(run, machine, bank),
        ];
        foreach (var step in steps)
        {
            step();
            run.CountTry();
        }

        run.AddResult($"{bank.Acknowledged:N0} acknowledged");
    }

    // The unit's cgroup directory.
    private string CgroupOf(string unit) =>
        "/sys/fs/cgroup" + machine.Require($"systemctl show -P ControlGroup {unit}");

    private void Expect(string script, string expected)
    {
        var result = machine.Run(script);
        run.Check(result.Output.Trim() == expected, () => $"{script}: {result.Output.Trim()}, not {expected}");
    }

    private void CheckLimits()
    {
        var limits = StackLayout.Choose().ReadLimits();
        (string Unit, int CpuQuota, long MemoryBytes)[] units =
        [
            .. MachineBank.Units.Zip(["api01", "api02", "nginx"], (unit, process) =>
                (unit, limits[process].CpuQuota, limits[process].MemoryBytes)),
            (Slice, limits.Values.Sum(limit => limit.CpuQuota), limits.Values.Sum(limit => limit.MemoryBytes)),
        ];
        foreach (var (unit, cpuQuota, memoryBytes) in units)
        {
            Expect($"cd {CgroupOf(unit)} && cat cpu.max memory.max", $"{cpuQuota} 100000\n{memoryBytes}");
        }

        foreach (var unit in MachineBank.Units)
        {
            var security = machine.Run($"systemd-analyze security --no-pager --threshold={ExposureMax} {unit}");
            run.Check(security.Succeeded, () => $"{unit}: {security.LastLine}");
        }

        Expect($"stat -c '%a %U' {Machine.DataPath}/rinha.db", "600 rinha");
    }

    // The kernel kills one API at its limit; systemd starts it again while the other one serves.
    private void RunOutOfMemory()
    {
        const string unit = "rinha@1.service";
        bank.StartLoad();
        var memory = CgroupOf(unit) + "/memory.max";
        var limit = machine.Require($"cat {memory}");
        var kills = Kills();
        bank.UnderLoad("out of memory", 2 * MachineBank.Connections, () =>
        {
            machine.Require($"echo 4M >{memory}");
            machine.Require($"""
                until [ "$(systemctl show -P NRestarts {unit})" -ge 1 ] && systemctl -q is-active {unit}
                do sleep 0.2; done
                """);
        });
        run.Check(Kills() > kills, () => $"the kernel killed nothing in {Slice}");
        Expect($"cat {memory}", limit);
    }

    private long Kills() => long.Parse(
        machine.Require($"sed -n 's/^oom_kill //p' {CgroupOf(Slice)}/memory.events"), CultureInfo.InvariantCulture);

    private void UpgradeAndBack()
    {
        string[] back = run.Settings.IsShort ? [] : [MachineBank.Package];
        foreach (var package in back.Prepend(MachineBank.NextPackage))
        {
            const string processes = "for api in 1 2; do systemctl show -P MainPID rinha@$api; done";
            var before = machine.Require(processes).Split('\n');
            bank.UnderLoad(package, failedMax: 0, () => bank.Apply(package));
            var after = machine.Require(processes).Split('\n');
            run.Check(!before.Intersect(after).Any(), () => $"{package}: an API was not restarted");
            Expect(
                "dpkg-query -f '${Version}' -W rinha",
                machine.Require($"dpkg-deb -f {Machine.FilesPath}/{package} Version"));
        }
    }

    private void BackUp()
    {
        bank.UnderLoad("backup", failedMax: 0, () => machine.Require("systemctl start rinha-backup.service"));
        Expect("systemctl is-enabled rinha-backup.timer; systemctl is-active rinha-backup.timer", "enabled\nactive");
        machine.Require($"""
            backup=$(ls {Machine.DataPath}/backup/rinha-*.db)
            runuser -u rinha -- env DATABASE_URL="$backup" /usr/lib/rinha/Rinha.Server verify
            """);
    }

    // Under load; all comes up by itself.
    private void Reboot()
    {
        machine.Stop();
        bank.StopLoad();
        machine.Boot();
        bank.CheckUp();
        bank.StartLoad();
        bank.StopLoad();
    }

    // Removal leaves the ledger, and the package finds it again.
    private void Reinstall()
    {
        machine.Require("dpkg -r rinha");
        var answer = RawAnswer.Ask(machine.Front, "GET", "/clientes/1/extrato");
        run.Check(answer.Status == 0, () => $"the removed bank answers {answer.Status}");
        machine.Require($"runuser -u rinha -- test -s {Machine.DataPath}/rinha.db");
        bank.Install();
        bank.StartLoad();
        bank.StopLoad();
    }
}
