using Rinha.Stack.Cgroups;
using Rinha.Stack.Databases;
using Rinha.Stack.Stacks;
using Rinha.Stack.Supervision;

namespace Rinha.Testing;

/// <summary>
/// A stack started by <c>./rinha run --detach</c> on a free port, in its own directory; stopped on Dispose.
/// </summary>
public sealed class TestBank : IDisposable
{
    public const string Statement = "/clientes/1/extrato";

    private const string Transactions = "/clientes/1/transacoes";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ProcessIdentity> _frozen = [];

    public TestBank()
    {
        // PostgreSQL's user must be able to pass through.
        File.SetUnixFileMode(_directory.FullPath, (UnixFileMode)0b111_001_001);
        Data = new DataDirectory(_directory.File("data"));
        // Fail early on a stale binary: run would rebuild it during the test.
        _ = Repository.ServerBinary;
    }

    public DataDirectory Data { get; }

    public int Port { get; } = FreePort.Next().Port;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    public string Scratch(string name) => _directory.File(name);

    public StackInstance Instance =>
        StackInstance.Read(Data) ?? throw new InvalidOperationException($"no stack on {Data.FullPath}");

    /// <summary>Starts a stack; fails if it does not come up.</summary>
    public static TestBank Start(params string[] flags)
    {
        var stack = new TestBank();
        try
        {
            stack.Run(flags);
        }
        catch
        {
            stack.Dispose();
            throw;
        }

        return stack;
    }

    public CommandExit Run(params string[] flags) => RinhaCommand.RunSuccessfully(RunArguments(flags));

    public CommandExit TryRun((string Name, string Value)[] environment, params string[] flags) =>
        RinhaCommand.Run(environment, RunArguments(flags));

    public CommandExit Verb(string verb, params string[] flags) =>
        RinhaCommand.Run([verb, "--data", Data.FullPath, .. flags]);

    public ProcessIdentity IdentityOf(string name) => Instance.State.Find(name)!.Identity;

    public void Kill(string name) => IdentityOf(name).Send(Signal.Kill);

    /// <summary>Suspends a process (SIGSTOP) until <see cref="Thaw"/> or Dispose.</summary>
    public void Freeze(ProcessIdentity process)
    {
        _frozen.Add(process);
        process.Send(Signal.Stop);
    }

    public void Thaw()
    {
        _frozen.ForEach(process => process.Send(Signal.Continue));
        _frozen.Clear();
    }

    public void AwaitRestart(string name, int restarts) => Wait.Until(
        () => Instance.State.Find(name) is { IsRestarting: false } process
            && process.Restarts == restarts && process.Identity.IsAlive,
        $"{name} has been restarted {restarts} times");

    public RawResponse Get(string path, IPAddress? from = null) => Exchange(RawRequest.Get(path), from);

    public RawResponse Exchange(byte[] request, IPAddress? from = null)
    {
        using var connection = new RawConnection(EndPoint, from);
        return connection.Exchange(request);
    }

    public RawResponse Post(int cents, string kind = "c", string description = "x", params string[] headers) =>
        Exchange(RawRequest.Post(
            Transactions,
            $$"""{"valor": {{cents}}, "tipo": "{{kind}}", "descricao": "{{description}}"}""",
            RawRequest.Json,
            headers));

    public bool Answers() => HealthProbe.Answers(Port, Statement);

    public long Balance() =>
        Get(Statement).AssertOk().Json.GetProperty("saldo").GetProperty("total").GetInt64();

    public RawResponse Ask(string api, byte[] request)
    {
        using var connection = new RawConnection(
            new UnixDomainSocketEndPoint($"{Instance.State.Sockets}/{api}.sock"));
        return connection.Exchange(request);
    }

    /// <summary>Fails unless each process is in its own cgroup with the split's limits.</summary>
    public void AssertLimited()
    {
        var stack = Instance;
        var cgroup = stack.State.Cgroup;
        Assert.SkipWhen(cgroup is null, "no cgroup can be written here");
        foreach (var (name, limits) in stack.State.Layout.ReadLimits())
        {
            Assert.Equal(limits, new ProcessLimits((int)cgroup!.CpuQuotaOf(name)!, (long)cgroup.MemoryLimitOf(name)!));
            var processes = stack.ProcessesOf(name);
            Assert.Contains(stack.State.Find(name)!.Identity.Pid, processes);
            foreach (var procsFile in cgroup.ProcsFilesOf(name))
            {
                Assert.Superset(processes.ToHashSet(), File.ReadLines(procsFile).Select(int.Parse).ToHashSet());
            }
        }
    }

    /// <summary>Fails if anything is left of a stopped stack.</summary>
    public void AssertGone(StackInstance before, IEnumerable<int> processes)
    {
        Assert.All(processes, pid => Assert.False(ProcessIdentity.Of(pid).IsAlive, $"process {pid} is still alive"));
        Assert.Empty(PostgresCluster.ProcessesOf(Data.Cluster));
        Assert.False(Directory.Exists(before.State.Sockets));
        Assert.False(Directory.Exists(before.State.DatabaseSockets));
        Assert.All(before.State.Cgroup?.Directories ?? [], directory => Assert.False(Directory.Exists(directory)));
        Assert.Null(StackInstance.Read(Data));
    }

    public IReadOnlyList<int> AllProcesses()
    {
        var stack = Instance;
        return [.. stack.State.Layout.Processes.SelectMany(stack.ProcessesOf)];
    }

    public JsonElement Status() => JsonDocument.Parse(Verb("status", "--json").Output).RootElement;

    public void Dispose()
    {
        Thaw();
        if (Directory.Exists(Data.Run))
        {
            Verb("stop");
        }

        _directory.Dispose();
    }

    private string[] RunArguments(string[] flags) =>
        ["run", "--detach", "--data", Data.FullPath, "--port", $"{Port}", .. flags];
}
