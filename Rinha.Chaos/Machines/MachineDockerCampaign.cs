using Rinha.LoadTest.Output;
using Rinha.LoadTest.Progress;
using Rinha.Stack;
using Rinha.Stack.Containers;
using Rinha.Stack.Stacks;

namespace Rinha.Chaos.Machines;

// The Compose stack under Docker on cgroup v2: its limits in force, and a load of the contest's mix from outside. Not
// the contest's simulation, whose schedule emulation misses and whose connections qemu accepts one at a time.
// The images are this machine's (scripts/standins.sh).
internal static class MachineDockerCampaign
{
    public const int Steps = 3;

    private const string Images = "images.tar";
    private const int Requests = 5_000; // As many as in the contest's first minute.

    // What Compose needs of the repository.
    private static readonly string[] s_sources =
        [".env", "compose.yaml", "compose.override.yaml", "nginx", "stacks/hardened.yaml"];

    public static void Run(CampaignRun run)
    {
        var image = MachineImage.Obtain(run.Settings, "docker.io", "docker-compose", "apparmor");
        var options = new MachineOptions { MemoryMegabytes = 2048 };
        using var machine = new Machine(run, image, MakeFiles(run), options);
        machine.Boot();
        machine.Require($"""
            set -e
            cd {Machine.FilesPath}
            docker load -q -i {Images}
            docker-compose up --detach --no-build
            until docker inspect -f {"{{.State.Health.Status}}"} $(docker-compose ps -q nginx) | grep -qx healthy
            do sleep 0.5; done
            """);
        run.CountTry();
        CheckLimits(run, machine);
        run.CountTry();
        RunLoad(run, machine);
        run.CountTry();
    }

    private static string MakeFiles(CampaignRun run)
    {
        var files = Directory.CreateDirectory(Path.Combine(run.Directory, "files")).FullName;
        var isOurs = !ComposeProject.IsEngineRunning;
        var standIns = Repository.PathOf("scripts", "standins.sh");
        Tool.Run([standIns, "up"]).OrThrow("the images failed");
        try
        {
            new ComposeProject(StackLayout.Choose(), ContainerNetwork.Bridge, run.Settings.Port).Build();
            var nginx = File.ReadLines(Repository.PathOf("compose.yaml"))
                .Single(line => line.Contains(" image: nginx:", StringComparison.Ordinal)).Split(' ')[^1];
            Tool.Run(["docker", "save", "-o", Path.Combine(files, Images), "rinha-server", nginx])
                .OrThrow("docker save failed");
        }
        finally
        {
            if (isOurs)
            {
                Tool.Run([standIns, "down"]).OrThrow("the engine does not stop");
            }
        }

        Tool.Run(["cp", "-r", "--parents", .. s_sources, files], directory: Repository.Root).OrThrow("cp failed");
        return files;
    }

    // What Compose asks for, what Docker has noted, and what the kernel has in force.
    private static void CheckLimits(CampaignRun run, Machine machine)
    {
        foreach (var (service, limits) in StackLayout.Choose().ReadLimits())
        {
            var found = machine.Require($$$"""
                cd {{{Machine.FilesPath}}} && id=$(docker-compose ps -q {{{service}}})
                docker inspect -f '{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}' $id
                cd /sys/fs/cgroup$(cut -d : -f 3 /proc/$(docker inspect -f '{{.State.Pid}}' $id)/cgroup)
                cat cpu.max memory.max
                """);
            var (cpu, memory) = (limits.CpuQuota, limits.MemoryBytes);
            var expected = $"{cpu}0000 {memory}\n{cpu} 100000\n{memory}";
            run.Check(found == expected, () => $"{service}: {found}, not {expected}");
        }
    }

    private static void RunLoad(CampaignRun run, Machine machine)
    {
        var log = new TransactionLog();
        var options = new LoadOptions
        {
            Connections = MachineBank.Connections,
            Duration = null,
            Iterations = Requests,
            RequestTimeout = Bank.Timeout,
            Seed = run.Seed,
            DistinctTexts = true,
        };
        var environment = EnvironmentReader.Read(machine.Front.Url, limits: null);
        var report = new LoadSession(machine.Front, environment, new RunControl(), snapshotsPerSecond: 0)
            .Run(options, log);
        run.Check(report.Summary.Failed == 0, () => $"{report.Summary.Failed} requests failed");
        run.AddResult($"{report.Summary.Completed:N0} requests, {report.Summary.Failed} failed");
        machine.Require($"cd {Machine.FilesPath} && docker-compose stop");
        LedgerCheck.Run(run, MachineBank.CopyLedger(run, machine, "/var/lib/docker/volumes/rinha_data/_data"), [log]);
    }
}
