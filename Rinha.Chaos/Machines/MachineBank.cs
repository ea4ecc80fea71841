using Rinha.Stack;

namespace Rinha.Chaos.Machines;

// The bank installed in a machine from its Debian package, and the loads on it from outside, one after another. The
// oracle compares the ledger with all of them. One thread.
internal sealed class MachineBank(CampaignRun run, Machine machine) : IDisposable
{
    public const string Package = "rinha.deb";
    public const string NextPackage = "rinha-next.deb"; // The same with a higher version.
    public const int Connections = 8;
    public static readonly string[] Units = ["rinha@1.service", "rinha@2.service", "rinha-nginx.service"];

    private const double Rate = 100; // Requests per second, well below what emulation reaches.
    private const int WarmAcknowledged = 50;

    private static readonly TimeSpan s_keyedTimeout = TimeSpan.FromSeconds(10); // Qemu accepts while the guest boots.

    private readonly List<BackgroundLoad> _loads = [];

    public LoadWatch Watch { get; private set; } = null!; // Of the current load.
    public int Acknowledged { get; private set; } // By the loads that were stopped.
    public IReadOnlyList<TransactionLog> Logs => [.. _loads.Select(load => load.Log)]; // In order; read after StopLoad.

    // A directory with both packages, made from this checkout; uncompressed, since emulation is slow.
    public static string MakePackages(CampaignRun run)
    {
        string InDirectory(string name) => Path.Combine(run.Directory, name);
        var (files, release, tree) = (InDirectory("files"), InDirectory("release"), InDirectory("tree"));
        Directory.CreateDirectory(files);
        string[] agreed = run.Settings.IsInstallAgreed ? ["--yes"] : [];
        Make([Repository.PathOf("rinha"), "release", "--out", release, .. agreed]);
        Make("dpkg-deb", "--raw-extract", Directory.GetFiles(release, "*.deb").Single(), tree);
        Make("dpkg-deb", "-Znone", "--build", tree, Path.Combine(files, Package));
        Make("sed", "-i", "s/^Version: .*/&+next/", Path.Combine(tree, "DEBIAN", "control"));
        Make("dpkg-deb", "-Znone", "--build", tree, Path.Combine(files, NextPackage));
        return files;
    }

    // Installs the package and opens nginx, which listens for the machine itself only.
    public void Install()
    {
        Apply(Package);
        machine.Require("""
            grep -q ^RINHA_HOST= /etc/rinha/rinha.env || echo RINHA_HOST=0.0.0.0 >>/etc/rinha/rinha.env
            systemctl restart rinha-nginx
            """);
        CheckUp();
    }

    public void Apply(string package) =>
        machine.Require($"DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io -i {Machine.FilesPath}/{package}");

    // All units run, and the bank answers from outside.
    public void CheckUp()
    {
        foreach (var unit in Units)
        {
            var state = machine.Run($"systemctl is-active {unit} || journalctl -n 5 --no-pager -u {unit}");
            run.Check(state.Output.Trim() == "active", () => $"{unit}: {state.Output}");
        }

        run.CheckAnswer(RawAnswer.Ask(machine.Front, "GET", "/clientes/1/extrato"), "GET");
    }

    // hasKeys: clients retry under keys until they are answered, as fast as the bank answers.
    public void StartLoad(bool hasKeys = false)
    {
        var options = BackgroundLoad.Endless(Rate, Connections, run.Random.Next());
        options = !hasKeys ? options
            : options with { Rate = null, RetryFor = Machine.Timeout, RequestTimeout = s_keyedTimeout };
        _loads.Add(new BackgroundLoad(machine.Front, options, log => Watch = new LoadWatch(log)));
        AwaitAcknowledged(WarmAcknowledged);
    }

    public void AwaitAcknowledged(int more)
    {
        var goal = Watch.Acknowledged + more;
        if (!Poll.Until(Machine.Timeout, () => Watch.Acknowledged >= goal))
        {
            throw new ChaosException($"the bank stopped answering: {Watch.Failures}");
        }
    }

    // What must hold while the load goes on, with at most this many failed transactions and no failed statement.
    public void UnderLoad(string what, int failedMax, Action act)
    {
        var (posts, gets) = (Watch.FailedPosts, Watch.FailedGets);
        act();
        AwaitAcknowledged(WarmAcknowledged);
        run.Check(Watch.FailedGets == gets, () => $"{what}: statements failed: {Watch.Failures}");
        run.Check(Watch.FailedPosts - posts <= failedMax, () => $"{what}: transactions failed: {Watch.Failures}");
    }

    public void StopLoad()
    {
        _ = _loads[^1].Stop();
        Acknowledged += Watch.Acknowledged;
    }

    // The oracle compares the ledger with all loads.
    public void CheckLedger(ILedgerSource ledger, bool isTimed = true) => LedgerCheck.Run(run, ledger, Logs, isTimed);

    // A copy of the ledger in this directory of the machine, which no process has open.
    public static SqliteLedgerSource CopyLedger(CampaignRun run, Machine machine, string directory)
    {
        var copy = Path.Combine(run.Directory, "ledger");
        Files.DeleteTrees(copy);
        Directory.CreateDirectory(copy);
        var archive = Path.Combine(copy, "ledger.tar.gz");
        File.WriteAllBytes(archive, machine.Read($"cd {directory} && tar -cz rinha.db*"));
        Make("tar", "-xzf", archive, "-C", copy);
        return new SqliteLedgerSource(Path.Combine(copy, "rinha.db"));
    }

    public void Dispose() => _loads.ForEach(load => load.Dispose());

    private static void Make(params string[] command) => Tool.Run(command).OrThrow(string.Join(' ', command));
}
