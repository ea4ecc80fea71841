namespace Rinha.Stack.Containers;

/// <summary>A container, as the engine describes it and as the kernel limits it.</summary>
public sealed class StackContainer
{
    private readonly JsonElement _description;

    private StackContainer(JsonElement description) => _description = description;

    public string Service => _description.GetProperty("Config").GetProperty("Labels")
        .GetProperty("com.docker.compose.service").GetString()!;

    /// <summary>Its first process; 0 when stopped.</summary>
    public int Pid => State.GetProperty("Pid"u8).GetInt32();

    /// <summary>healthy, starting or unhealthy; its state when it is not running.</summary>
    public string Health =>
        State.GetProperty("Running").GetBoolean() && State.TryGetProperty("Health"u8, out var health)
            ? health.GetProperty("Status").GetString()!
            : State.GetProperty("Status").GetString()!;

    public ProcessLimits Limits => new(
        (int)(HostConfiguration.GetProperty("NanoCpus").GetInt64() / 10_000),
        HostConfiguration.GetProperty("Memory").GetInt64());

    /// <summary>The limits that the kernel enforces.</summary>
    public ProcessLimits KernelLimits => new((int)(Cgroup.CpuQuotaOf("") ?? 0), Cgroup.MemoryLimitOf("") ?? 0);

    /// <summary>Peak memory in bytes, including page cache; 0 when unknown.</summary>
    public long MemoryPeakBytes => Cgroup.MemoryPeakOf("") ?? 0;

    public long ThrottledPeriods => Cgroup.ThrottledPeriodsOf("") ?? 0;

    /// <summary>none, host or a bridge's name.</summary>
    public string Network => HostConfiguration.GetProperty("NetworkMode").GetString()!;

    /// <summary>The published ports, such as 9999/tcp.</summary>
    public IReadOnlyList<string> PublishedPorts =>
        HostConfiguration.TryGetProperty("PortBindings", out var ports) && ports.ValueKind == JsonValueKind.Object
            ? [.. ports.EnumerateObject().Select(port => port.Name)]
            : [];

    /// <summary>Its root directory, through its first process; root only.</summary>
    public string Root => $"/proc/{Pid}/root";

    private JsonElement State => _description.GetProperty("State"u8);

    private JsonElement HostConfiguration => _description.GetProperty("HostConfig");

    private StackCgroup Cgroup => StackCgroup.OfContainer(Pid);

    // The container with this id, or null when it is gone.
    public static StackContainer? Inspect(string id)
    {
        var result = Tool.Run(["docker", "inspect", id]);
        return result.Succeeded ? new StackContainer(JsonDocument.Parse(result.Output).RootElement[0]) : null;
    }

    /// <summary>The first value of a field of /proc/PID/status.</summary>
    public string? StatusOf(string name) => ProcessTable.Lines($"/proc/{Pid}/status")
        .FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?.Split('\t')[1];
}
